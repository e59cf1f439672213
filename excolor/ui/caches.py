"""What the server remembers of runs between reruns and sessions; nothing of it is ever changed."""

from __future__ import annotations

import streamlit as st

from excolor import checkpoint
from excolor.metrics import Metrics, evaluate
from excolor.replay import Replay, replayed
from excolor.training import Run


def by_key(run: Run) -> str:
    """What a cache goes by instead of a run: equal parameters give equal answers."""
    return run.key


def by_memory(run: Run) -> tuple[str, int]:
    """What a cache of a run's past goes by: a file can hold the same parameters without it."""
    return run.key, len(run.snapshots)


@st.cache_resource(show_spinner=False)
def shipped(name: str) -> Run:
    """The run of a checkpoint that ships."""
    return checkpoint.pretrained(name).run


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def metrics_of(run: Run) -> Metrics:
    """All its metrics, on the full grid: the same numbers as `python -m excolor evaluate`."""
    return evaluate(run.model)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Run: by_memory})
def replay_of(run: Run) -> Replay:
    """The replay of a run that remembers its training."""
    return replayed(run)
