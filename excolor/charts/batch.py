"""Labels as they fall: the 64 colors of a batch, who of many batches got a label, and how seldom a batch has one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FONT, GROUND, INK, as_spec, counted, mark_table, pickable, picked_rows, rows, table_of
from excolor.color import describe, rgb_to_hex
from excolor.data import BATCH, BLOCK, LABELS, Batches, label_probabilities

Array = NDArray[Any]

SIDE = 8  # patches beside each other, and below each other
ACROSS = 16  # labeled colors beside each other
DOWN = 3  # rows of them for each label
MOST = 6  # labels in a batch that the picture of many batches can show

_HALF = 0.46  # of a patch
_BETWEEN = 0.9  # of two labels' rows
_NAMES = tuple(label.name for label in LABELS)
_BADGES = (("R", "circle", 1.0), ("V", "diamond", 1.5), ("D", "square", 0.9))  # letter, shape, size; as in `LABELS`
_APART = 0.4  # of the letters of a patch that has several
_ROW = MOST + 1.5  # of the picture of many batches: from one label's floor to the next


def _plain(axis: Any, domain: tuple[float, float]) -> Any:
    return axis.scale(domain=list(domain), nice=False).axis(None)


def _badges(base: alt.Chart, x: alt.X, y: alt.Y, size: int) -> list[alt.Chart]:
    """White discs, diamonds and squares with a letter, for the rows that have a badge."""
    signs: list[alt.Chart] = []
    for label, (letter, shape, scale) in zip(_NAMES, _BADGES, strict=True):
        shown = base.transform_filter(f"datum.badge == '{label}'")
        signs += [
            shown.mark_point(
                shape=shape, filled=True, opacity=1, size=size * scale, color="#ffffff", stroke=INK, strokeWidth=1.5
            ).encode(x, y),
            shown.mark_text(text=letter, fontSize=FONT, fontWeight=700, color=INK).encode(x, y),
        ]
    return signs


def _rims(across: float, down: float) -> list[alt.Chart]:
    """A white and a black rim around the patches of the picked color."""
    x, y = _plain(alt.X("left:Q"), (0, across)), alt.Y("top:Q").scale(domain=[down, 0], nice=False)
    return [
        picked_rows()
        .mark_rect(filled=False, stroke=stroke, strokeWidth=width)
        .encode(x, alt.X2("right"), y, alt.Y2("bottom"))
        for stroke, width in ((INK, 5), ("#ffffff", 2))
    ]


def mark(shown: pa.Table, code: str | None, turn: int) -> pa.Table:
    """Where the picked color `code` is among the patches of one of the charts here, if it is.

    Args:
        shown: the chart's rows.
    """
    sides = ("left", "right", "top", "bottom")
    there = [row for row in shown.to_pylist() if row["true"] == code]
    if not there:
        return mark_table(turn, None, **{side: [0.0] for side in sides})
    return mark_table(turn, code, **{side: [row[side] for row in there] for side in sides})


# --- one batch -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """Patches eight by eight, with a letter on those that carry a label, in a shape of the label's own."""
    x, y = (_plain(alt.X("x:Q"), (0, SIDE)), _plain(alt.Y("y:Q"), (SIDE, 0)))
    base = alt.Chart(rows())
    tooltip = [
        alt.Tooltip("name:N", title="color"),
        alt.Tooltip("true:N", title="code"),
        alt.Tooltip("labels:N", title="carries"),
        *(alt.Tooltip(f"{name}:Q", title=f"P({name})", format=".2~%") for name in _NAMES),
    ]
    patch = (
        base.transform_filter("datum.badge == ''")
        .mark_rect()
        .encode(
            _plain(alt.X("left:Q"), (0, SIDE)),
            alt.X2("right"),
            _plain(alt.Y("top:Q"), (SIDE, 0)),
            alt.Y2("bottom"),
            alt.Fill("true:N", scale=None),
            tooltip=tooltip,
        )
    )
    layers = alt.layer(pickable(patch), *map(counted, _badges(base, x, y, 330)), *_rims(SIDE, SIDE))
    return as_spec(layers.properties(width=352, height=352, view=alt.ViewConfig(fill=GROUND, stroke=None)))


def table(rgb: Array, labels: Array) -> pa.Table:
    """The rows for one batch, `[64, 3]` and `[L, 64]` of 0 and 1: each color, then a row for each label carried."""
    likely = label_probabilities(rgb)
    positive: NDArray[np.bool_] = labels > 0
    place = positive.cumsum(0) - (positive.sum(0) + 1) / 2  # of a label's letter beside the others of its patch
    i, label = np.arange(BATCH), np.full(BATCH, "", dtype=object)
    shift = np.zeros(BATCH)
    for k, name in enumerate(_NAMES):
        who = np.flatnonzero(positive[k])
        i, label = np.append(i, who), np.append(label, np.full(len(who), name, dtype=object))
        shift = np.append(shift, _APART * place[k, who])
    x, y = i % SIDE + 0.5, i // SIDE + 0.5
    words = [" and ".join(np.array(_NAMES)[has]) or "no label" for has in positive.T]
    names, codes = describe(rgb), rgb_to_hex(rgb)
    return table_of(
        x=x + shift,
        y=y,
        left=x - _HALF,
        right=x + _HALF,
        top=y - _HALF,
        bottom=y + _HALF,
        badge=label.tolist(),
        true=[codes[k] for k in i],
        name=[names[k] for k in i],
        labels=[words[k] for k in i],
        **{name: each[i] for name, each in zip(_NAMES, likely, strict=True)},
    )


# --- many batches --------------------------------------------------------------------------------

_FEET = [k * _ROW for k in reversed(range(len(_NAMES)))]  # where the floor of each label is


def _named(places: list[float]) -> str:
    """An expression that writes the name of each label where it stands on the axis."""
    text = " : ".join(f"abs(datum.value - {at}) < 0.01 ? '{name}'" for at, name in zip(places, _NAMES, strict=True))
    return f"{text} : ''"


@lru_cache(maxsize=1)
def empty_batches_spec() -> dict[str, Any]:
    """A bar for each batch, as high as the samples that carry the label; where there is none, nobody did."""
    x = alt.X("batch:Q", title="batch, the last hundred").scale(domain=[0.25, BLOCK + 0.75], nice=False)
    x = x.axis(values=[1, *range(25, BLOCK + 1, 25)], grid=False, format="d")
    middle = [foot + MOST / 2 for foot in _FEET]
    y = alt.Y("from:Q", title="carriers").scale(domain=[-0.2, _FEET[0] + MOST + 0.2], nice=False)
    y = y.axis(values=middle, labelExpr=_named(middle), grid=False, domain=False, ticks=False)
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    floor = base.transform_filter("datum.first").mark_rule(strokeWidth=1, opacity=0.5)
    floor = floor.encode(x, alt.X2("last"), y, ink)
    bar = (
        base.transform_filter("datum.count > 0")
        .mark_rect()
        .encode(
            alt.X("left:Q").scale(domain=[0.25, BLOCK + 0.75], nice=False),
            alt.X2("right"),
            y,
            alt.Y2("to"),
            ink,
            tooltip=[
                alt.Tooltip("number:Q", title="batch", format=",d"),
                alt.Tooltip("label:N", title="label"),
                alt.Tooltip("count:Q", title="samples with it", format="d"),
            ],
        )
    )
    return as_spec(alt.layer(floor, bar).properties(height=105 * len(_NAMES), view=alt.ViewConfig(stroke=None)))


def empty_batches_table(drawn: Batches) -> pa.Table:
    """The rows for the last hundred of some batches."""
    counts = drawn.labels.sum(2)[:, -BLOCK:].astype(np.float64)
    n = counts.shape[1]
    place = np.tile(np.arange(1, n + 1, dtype=np.float64), len(_NAMES))
    foot = np.repeat(_FEET, n)
    count = counts.reshape(-1)
    return table_of(
        batch=place,
        left=place - 0.4,
        right=place + 0.4,
        last=np.full(len(place), BLOCK + 0.5),
        first=place == 1,
        number=place + max(0, len(drawn) - BLOCK),
        count=count,
        to=foot + np.minimum(count, MOST),
        label=np.repeat(_NAMES, n).tolist(),
        ink=["ink"] * len(place),
        **{"from": foot},
    )


# --- who got a label -----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def positives_spec() -> dict[str, Any]:
    """The colors that got a label, the last drawn first; a cross on those that only the noise made positives."""
    height = len(_NAMES) * (DOWN + _BETWEEN) - _BETWEEN
    middle = [DOWN / 2 + k * (DOWN + _BETWEEN) for k in range(len(_NAMES))]
    x = _plain(alt.X("x:Q"), (0, ACROSS))
    y = alt.Y("y:Q", title="labeled").scale(domain=[height, 0], nice=False)
    y = y.axis(
        values=middle,
        labelExpr=_named(middle),
        grid=False,
        domain=False,
        ticks=False,
    )
    base = alt.Chart(rows())
    patch = base.mark_rect().encode(
        _plain(alt.X("left:Q"), (0, ACROSS)),
        alt.X2("right"),
        alt.Y("top:Q").scale(domain=[height, 0], nice=False),
        alt.Y2("bottom"),
        alt.Fill("true:N", scale=None),
        tooltip=[
            alt.Tooltip("name:N", title="color"),
            alt.Tooltip("true:N", title="code"),
            alt.Tooltip("label:N", title="carries"),
            alt.Tooltip("probability:Q", title="would, with probability", format=".2~%"),
            alt.Tooltip("why:N", title="because of"),
        ],
    )
    crossed = base.transform_filter("datum.why == 'the noise'")
    crosses = [
        crossed.mark_point(shape="cross", angle=45, filled=True, opacity=1, size=size, color=fill).encode(x, y)
        for fill, size in ((INK, 190), ("#ffffff", 70))
    ]
    size = {"width": 28 * ACROSS, "height": 28 * height}
    layers = alt.layer(pickable(patch), *map(counted, crosses), *_rims(ACROSS, height))
    return as_spec(layers.properties(**size, view=alt.ViewConfig(fill=GROUND, stroke=None)))


def positives_table(drawn: Batches, made: Sequence[Array]) -> pa.Table:
    """The rows for who carries a label in some batches.

    Args:
        made: for each label, `[batches, 64]`, who carries it only because of the noise.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ("i", "row", "rgb", "label", "probability", "noise")}
    for k, (label, positive) in enumerate(zip(LABELS, drawn.labels, strict=True)):
        who = np.argwhere(positive > 0)[::-1][: ACROSS * DOWN]
        rgb = drawn.rgb[who[:, 0], who[:, 1]]
        columns["i"] += range(len(who))
        columns["row"] += [k] * len(who)
        columns["rgb"] += rgb.tolist()
        columns["label"] += [label.name] * len(who)
        columns["probability"] += label_probabilities(rgb)[k].tolist()
        columns["noise"] += made[k][who[:, 0], who[:, 1]].tolist()
    i, rgb = np.array(columns["i"], np.int64), np.array(columns["rgb"]).reshape(-1, 3)
    x = i % ACROSS + 0.5
    y = i // ACROSS + 0.5 + np.array(columns["row"], np.float64) * (DOWN + _BETWEEN)
    return table_of(
        x=x,
        y=y,
        left=x - _HALF,
        right=x + _HALF,
        top=y - _HALF,
        bottom=y + _HALF,
        true=rgb_to_hex(rgb),
        name=describe(rgb) if len(rgb) else pa.array([], pa.string()),
        label=pa.array(columns["label"], pa.string()),
        probability=pa.array(columns["probability"], pa.float64()),
        why=pa.array(["the noise" if noise else "its color" for noise in columns["noise"]], pa.string()),
    )
