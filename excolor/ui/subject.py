"""The model that a page looks at, and what of it is remembered between reruns and sessions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import streamlit as st

from excolor import checkpoint
from excolor.config import RunConfig
from excolor.metrics import Metrics, evaluate
from excolor.model import ColorAutoencoder, to_vector


@dataclass(frozen=True)
class Subject:
    """A model with a name.

    Attributes:
        name: as students see it.
        key: the same for equal weights; what caches go by.
        config: the run that made it.
        model: shared between sessions, so never changed.
    """

    name: str
    key: str
    config: RunConfig
    model: ColorAutoencoder = field(compare=False, repr=False)


def subject(name: str, config: RunConfig, model: ColorAutoencoder) -> Subject:
    """Give a model a name and a key."""
    return Subject(name, hashlib.sha256(to_vector(model).tobytes()).hexdigest(), config, model)


def by_key(value: Subject) -> str:
    """What a cache should go by instead of the model."""
    return value.key


@st.cache_resource(show_spinner=False)
def shipped(name: str) -> Subject:
    """A checkpoint that ships."""
    loaded = checkpoint.pretrained(name)
    return subject(name, loaded.config, loaded.model)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Subject: by_key})
def metrics_of(chosen: Subject) -> Metrics:
    """All its figures, on the full grid: the same numbers as `python -m excolor evaluate`."""
    return evaluate(chosen.model)
