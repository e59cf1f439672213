"""What the server remembers of runs between reruns and sessions; nothing of it is ever changed."""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa
import streamlit as st

from excolor import checkpoint, deletions, interventions
from excolor.charts import latents
from excolor.diagnosis import Placement, axis_roles, placement
from excolor.errors import ExcolorError
from excolor.interventions import Concept, Falloff, HeldBack, Suppression, direction_of
from excolor.lab.held import Frame, frame, reading
from excolor.lab.probes import Ladder
from excolor.metrics import Metrics, Residue, evaluate, residue
from excolor.pushes import Moment, moment
from excolor.replay import Replay, replayed
from excolor.surgery import ablate
from excolor.training import Run


def by_key(run: Run) -> str:
    """What a cache goes by instead of a run: equal parameters give equal answers."""
    return run.key


def by_memory(run: Run) -> tuple[str, int]:
    """What a cache of a run's past goes by: a file can hold the same parameters without it."""
    return run.key, len(run.snapshots)


@st.cache_resource(show_spinner=False)
def shipped(name: str) -> Run:
    """The run of a checkpoint that ships.

    Raises:
        ExcolorError: as in `checkpoint.pretrained`.
    """
    return checkpoint.pretrained(name).run


@st.cache_resource(show_spinner=False)
def all_shipped() -> dict[str, Run]:
    """The runs that ship, by name, without those whose file is missing or damaged."""
    found: dict[str, Run] = {}
    for name in checkpoint.PRETRAINED:
        with suppress(ExcolorError):
            found[name] = shipped(name)
    return found


def first_shipped() -> Run:
    """The first of the runs that ship; the frame lets no page begin without one."""
    return next(iter(all_shipped().values()))


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def metrics_of(run: Run) -> Metrics:
    """All its metrics, on the full grid: the same numbers as `python -m excolor evaluate`."""
    return evaluate(run.model)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Run: by_memory})
def replay_of(run: Run) -> Replay:
    """The replay of a run that remembers its training."""
    return replayed(run)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Run: by_key})
def moment_of(run: Run, share: float) -> Moment:
    """A run after a share, in [0, 1], of its updates."""
    return moment(run, share)


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def column_of(run: Run, dims: tuple[int, ...], surgery: deletions.Surgery) -> deletions.Column:
    """What Ablation shows of a run with `dims` deleted.

    Raises:
        ExcolorError: as in `deletions.operate`.
    """
    return deletions.column(run.model, dims, surgery)


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def residue_of(run: Run, dims: tuple[int, ...]) -> Residue:
    """What is left of the latents of vibrant colors once `dims` are ablated."""
    return residue(run.model, dims)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def placement_of(run: Run, deleted: tuple[int, ...] = ()) -> Placement:
    """Where a run keeps the named colors, once some dims are ablated."""
    return placement(ablate(run.model, deleted))


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def roles_of(run: Run) -> tuple[str, ...]:
    """What lives on each of its axes."""
    return axis_roles(run.model)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def wheel_of(run: Run) -> pa.Table:
    """The rows of a run's color wheel: its latents on the hue plane."""
    return deletions.projection(run.model, latents.VIEWS[0])


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def projection_of(run: Run, dims: tuple[int, int], deleted: tuple[int, ...], paint: deletions.Paint) -> pa.Table:
    """The rows of a run's latents on any two dims, some ablated."""
    return deletions.projection(run.model, dims, deleted, paint)


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def hue_brightness_of(run: Run) -> pa.Table:
    """How bright each hue is, and what a run makes of it once hue is ablated."""
    return deletions.hue_brightness(run.model)


def hold(run: Run, concept: Concept, falloff: Falloff) -> HeldBack:
    """A run's network, held back along a concept.

    Raises:
        ExcolorError: as in `direction_of`.
    """
    if isinstance(falloff, Suppression):
        return interventions.suppress(run.model, concept, falloff)
    return interventions.repel(run.model, concept, falloff)


Done = Falloff | tuple[int, ...]
"""What is done about a concept: it is held back, or dims are ablated; none leave the network as it is."""


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def column_along(run: Run, concept: Concept, done: Done) -> deletions.Column:
    """What the page on holding back shows of a run, along a concept.

    Raises:
        ExcolorError: as in `direction_of`.
    """
    after = done if isinstance(done, tuple) else hold(run, concept, done)
    return deletions.column_along(run.model, direction_of(run.model, concept), after)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def reading_of(run: Run, concept: Concept, falloff: Falloff) -> Ladder:
    """What probes read of the hue from u, held back.

    Raises:
        ExcolorError: the numbers of the network run out of bounds.
    """
    return reading(hold(run, concept, falloff))


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def reading_frame_of(run: Run, dims: tuple[int, ...]) -> Frame:
    """What they read of a run intact, with `dims` ablated, and where there is nothing to read.

    Raises:
        ExcolorError: the numbers of the network run out of bounds.
    """
    return frame(run.model, ablate(run.model, dims))
