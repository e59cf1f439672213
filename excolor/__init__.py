"""Decide before training where a network keeps a concept, then delete that concept.

    import excolor

    run = excolor.train(seed=3, weights={"separate": 0.5})
    excolor.evaluate(run.model).hue.gray_mse

The experiment is Ex 2.7 ("Delete hue subspace") of a public notebook series, and Ex 2.6 on which it builds:
docs/experiment.md has every definition. What is listed here is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from excolor.benchmark import bench
    from excolor.checkpoint import load, save
    from excolor.config import RunConfig, Weights
    from excolor.diagnosis import Cause, Placement, placement
    from excolor.errors import ExcolorError
    from excolor.lab.audit import Audit, audit
    from excolor.losses import TERMS
    from excolor.measured import Measured, measure
    from excolor.metrics import Metrics, Response, evaluate, residue, respond
    from excolor.model import ColorAutoencoder
    from excolor.surgery import HUE, WARMTH, ablate, prune
    from excolor.sweeps import summarize, sweep, with_seeds
    from excolor.training import Run, train

__all__ = [
    "HUE",
    "TERMS",
    "WARMTH",
    "Audit",
    "Cause",
    "ColorAutoencoder",
    "ExcolorError",
    "Measured",
    "Metrics",
    "Placement",
    "Response",
    "Run",
    "RunConfig",
    "Weights",
    "ablate",
    "audit",
    "bench",
    "evaluate",
    "load",
    "measure",
    "placement",
    "prune",
    "residue",
    "respond",
    "save",
    "summarize",
    "sweep",
    "train",
    "with_seeds",
]

_HOMES = {
    "benchmark": ("bench",),
    "checkpoint": ("load", "save"),
    "config": ("RunConfig", "Weights"),
    "diagnosis": ("Cause", "Placement", "placement"),
    "errors": ("ExcolorError",),
    "lab.audit": ("Audit", "audit"),
    "losses": ("TERMS",),
    "measured": ("Measured", "measure"),
    "metrics": ("Metrics", "Response", "evaluate", "residue", "respond"),
    "model": ("ColorAutoencoder",),
    "surgery": ("HUE", "WARMTH", "ablate", "prune"),
    "sweeps": ("summarize", "sweep", "with_seeds"),
    "training": ("Run", "train"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'excolor' has no attribute {name!r}")
    value = getattr(import_module(f"excolor.{_HOME[name]}"), name)
    globals()[name] = value  # looked up once
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
