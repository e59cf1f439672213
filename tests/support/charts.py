"""Every chart with rows to draw, and how a test reads a specification and a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from excolor.charts import (
    against,
    at_work,
    batch,
    beliefs,
    brightness,
    cells,
    curves,
    figures,
    gradients,
    heat_map,
    keyframes,
    label_probability,
    ladder,
    latents,
    many,
    patches,
    race,
    robustness,
)
from excolor.config import RunConfig
from excolor.data import cell_shares, noise_between, stream
from excolor.lab.probes import SITES, Ladder, Reading
from excolor.lab.race import RUNNERS, Race
from excolor.losses import TERMS
from excolor.model import to_vector
from excolor.pushes import AtWork, Moment
from excolor.pushes import at_work as working
from excolor.robustness import METRICS, Metric
from excolor.schedule import find, parse
from excolor.training import initial_model
from excolor.ui.words import number

Spec = dict[str, Any]
Chart = tuple[Callable[[], Spec], Callable[[], pa.Table]]
HEX = re.compile(r"#[0-9a-f]{6}")
N_LATENTS = len(latents.colors())
ROBUST, PUBLISHED = find("robust"), find("ex-2.7")
OWN = parse(
    "STEP,PHASE,ACTION,lr,reg-neutral:log\n0,,,1e-8,0.5\n500,,,0.4,0.1\n"
)  # short, and beyond the shipped scales
OWN_AXES = keyframes.axes_of(OWN)


def noise(n: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Outputs that no color is equal to."""
    return np.random.default_rng(seed).uniform(0, 1, (n, width)).astype(np.float32)


def sphere(n: int, width: int = 4) -> NDArray[np.float32]:
    """Latents of unit length."""
    z = np.random.default_rng(1).normal(size=(n, width)).astype(np.float32)
    return z / np.linalg.norm(z, axis=1, keepdims=True)


ANSWERS: dict[str, Chart] = {
    "patches": (patches.spec, lambda: patches.table(noise(768, 3), noise(768, 1)[:, 0])),
    "brightness": (brightness.spec, lambda: brightness.table(noise(73, 3))),
    **{
        f"curves {axis}": (
            lambda axis=axis: curves.spec(axis),
            lambda axis=axis: curves.table(axis, noise(len(curves.colors(axis)), 1)[:, 0]),
        )
        for axis in curves.AXES
    },
    **{
        f"latents {view}": (
            lambda view=view: latents.spec(view),
            lambda view=view: latents.table(view, sphere(N_LATENTS), noise(N_LATENTS, 3)),
        )
        for view in latents.VIEWS
    },
}

DRAWN = stream(3, 150, 0.4)
_CLEAN = stream(3, 150)
MADE = tuple(each.made for each in noise_between(_CLEAN, DRAWN))
NOISE, SEEDS = [0.0, 0.0, 0.0, 0.5, 0.5, 0.5], [0, 1, 2, 0, 1, 2]
MEASURED = [0.9, 0.7, 0.8, 0.2, 0.1, -0.6]
STATES: list[robustness.State] = ["sound", "sound", "only a tint", "goes wrong", "sound", "goes wrong"]
CAUSES = [[], [], ["a tint"], ["red off its axis"], [], ["grays in the hue plane", "wheel rotated"]]


def runs(name: Metric) -> pa.Table:
    """Six runs at two levels of label noise."""
    return robustness.table(name, NOISE, SEEDS, MEASURED, STATES, CAUSES, "the limit")


def at_the_start(name: str) -> AtWork:
    """A term at work on a batch of `DRAWN` in which it has something to say, in a network that is not trained."""
    (term,) = (term for term in TERMS if term.name == name)
    now = Moment(RunConfig(), 0, to_vector(initial_model(RunConfig())), {}, DRAWN)
    return working(term, now, now.next_with(term.label.name if term.label else "red"))


READ = Ladder(*(Reading((0.9, 0.4, -3.0), noise(700, 6).reshape(700, 3, 2).astype(float)) for _ in range(2)))
RACED = Race(
    np.arange(0, 505, 5),
    {runner: np.abs(noise(5, 101, i)) + np.float32(1e-7) for i, runner in enumerate(RUNNERS)},
    0.2,
    {},
)
LEVELS = (0.1, 1.0, 10.0)
SPREAD = {name: figures.figure(name, []) for name in ("hue.gray_mse", "selectivity", "placement.red_angle")}


def settings(n: int) -> list[many.Panel]:
    """Two settings of `n` runs each, of all kinds, one without a number; the first was changed."""
    values, groups = np.geomspace(1e-7, 10, n), np.arange(n) % 4
    values[0] = np.nan
    nothing = (np.empty(0), np.empty(0, np.intp))
    return [
        many.Panel(str(k), values, groups, np.arange(n), before) for k, before in enumerate([(values, groups), nothing])
    ]


CHARTS: dict[str, Chart] = {
    **{
        f"many {name} {n}": (
            lambda each=each: many.spec(each, "title", 2),
            lambda each=each, n=n: many.table(each, settings(n)),
        )
        for name, each in SPREAD.items()
        for n in (20, many.MOST_DOTS)
    },
    **{
        f"against {name}": (
            lambda each=each: against.spec(each, "title", "weight", LEVELS),
            lambda each=each: against.table(
                each, np.repeat(LEVELS, 4), settings(12)[0].values, settings(12)[0].groups, np.arange(12)
            ),
        )
        for name, each in SPREAD.items()
    },
    "table of runs": (
        lambda: cells.spec(("0", "1"), ("0", "1"), "rows", "columns", 4),
        lambda: cells.table(np.array([[0.0, 1.0], [0.5, np.nan]]), [["0", "1"], ["2", "–"]], [["a", "b"], ["c", "d"]]),
    ),
    **ANSWERS,
    "cells": (lambda: heat_map.spec(0.04), lambda: heat_map.table(cell_shares())),
    "batch": (batch.spec, lambda: batch.table(DRAWN.rgb[0], DRAWN.labels[:, 0])),
    "empty batches": (batch.empty_batches_spec, lambda: batch.empty_batches_table(DRAWN)),
    "positives": (batch.positives_spec, lambda: batch.positives_table(DRAWN, MADE)),
    **{
        f"label probability {a}": (lambda a=a: label_probability.spec(a), lambda a=a: label_probability.table(a))
        for a in label_probability.AXES
    },
    **{f"robustness {n}": (lambda n=n: robustness.spec(n), lambda n=n: runs(n)) for n in METRICS},
    **{
        f"gradients {name}": (lambda name=name: gradients.spec(name), lambda name=name: gradients.table(name, number))
        for name in gradients.NAMES
    },
    **{
        f"at work {name} {dims}": (
            lambda dims=dims, name=name: at_work.spec(dims, gradients.term(name).layer),
            lambda dims=dims, name=name: at_work.table(at_the_start(name), name == "anchor", dims, number),
        )
        for dims in at_work.VIEWS
        for name in ("anchor", "unitarity")
    },
    "ladder": (
        ladder.spec,
        lambda: ladder.table(
            {state: dict.fromkeys(SITES, READ) for state in ("intact", "deleted")},
            {"shuffled": READ, "brightness": READ},
            3,
        ),
    ),
    "beliefs": (beliefs.spec, lambda: beliefs.table(noise(700, 1)[:, 0], noise(700, 3), READ.kernel.believed[:, 0])),
    "race": (race.spec, lambda: race.table(RACED, RUNNERS)),
    "schedule": (keyframes.spec, lambda: keyframes.table(ROBUST, (PUBLISHED,), number)),
    "own schedule": (
        lambda: keyframes.spec_for(OWN_AXES),
        lambda: keyframes.table_for(OWN_AXES, OWN, (ROBUST,), number),
    ),
}


def views(spec: Spec) -> list[Spec]:
    """The layered views that are drawn below each other; or the only one."""
    return spec.get("vconcat", [spec])


def layers(spec: Spec) -> Iterator[tuple[Spec, Spec]]:
    """Each layer's encoding, with what its view has in common, and the layer with its data."""
    for view in views(spec):
        for layer in view.get("layer", [view]):
            data = view.get("data", spec.get("data"))
            yield {**view.get("encoding", {}), **layer["encoding"]}, {"data": data, **layer}


def fields(encoding: Spec) -> Iterator[tuple[str, Spec]]:
    """Channel and definition, of every channel that shows a column."""
    for channel, definitions in encoding.items():
        for definition in definitions if isinstance(definitions, list) else [definitions]:
            if "field" in definition:
                yield channel, definition


def on_rows(spec: Spec) -> Iterator[tuple[Spec, Spec]]:
    """The layers that draw the chart's rows."""
    return ((encoding, layer) for encoding, layer in layers(spec) if layer["data"] == {"name": "rows"})


def texts(table: pa.Table, name: str) -> list[str]:
    """A column of words."""
    return [str(value) for value in table.column(name).to_pylist()]


def columns(table: pa.Table, *names: str) -> list[NDArray[np.float64]]:
    """Columns of numbers."""
    return [np.asarray(table.column(name).to_pylist(), np.float64) for name in names]


def assert_hex(code: str, rgb: Sequence[float] | NDArray[Any]) -> None:
    """A code has three levels of 255, and these are the nearest (either, when a value is half-way)."""
    assert HEX.fullmatch(code)
    levels = [int(code[i : i + 2], 16) for i in (1, 3, 5)]
    assert levels == pytest.approx([255 * float(c) for c in rgb], abs=0.5 + 1e-4)


def ends(domain: list[Any], width: float, height: float) -> tuple[float, ...]:
    """A domain in figures, for a ground of this size in pixels."""
    known = {"width": width, "height": height, "min": min}
    return tuple(eval(end["expr"], {}, known) if isinstance(end, dict) else end for end in domain)
