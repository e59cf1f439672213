"""A checkpoint's bytes taken apart, so that a test can put them together wrongly."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load, save

from excolor.checkpoint import to_bytes
from excolor.measured import measure
from excolor.metrics import quick_grid
from excolor.training import Run


def file_of(run: Run, **story: dict[str, Any]) -> bytes:
    return to_bytes(measure(run, quick_grid()), **story)


@dataclass
class Parts:
    """A checkpoint taken apart, so that a test can put it together wrongly."""

    tensors: dict[str, torch.Tensor]
    metadata: dict[str, str]

    @staticmethod
    def of(data: bytes) -> Parts:
        return Parts(load(data), header(data)["__metadata__"])

    def data(self) -> bytes:
        return save(self.tensors, self.metadata)


def header(data: bytes) -> dict[str, Any]:
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


def with_header(value: object, body: bytes = b"") -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return struct.pack("<Q", len(text)) + text + body
