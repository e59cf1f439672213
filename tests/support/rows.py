"""Rows of runs that were made by hand, which take no training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from excolor import rows
from excolor.config import RunConfig
from excolor.diagnosis import Cause


def row(config: RunConfig | None = None, causes: Sequence[Cause] = (), tinted: bool = False, **values: Any) -> rows.Row:
    """A row of a sound run, unless something else is said; its figures can be given by their columns."""
    config = config or RunConfig()
    names = rows.columns()
    blank: rows.Row = {name: 0.0 for name in names if "." in name and not name.startswith("kept.")}
    blank |= {name: True for name in names if name.startswith("kept.")}
    settings = {name: getattr(config, name) for name in rows.SETTINGS if name not in config.weights}
    blank |= {**settings, **config.weights, "seed": config.seed, "batch_seed": config.drawn_by}
    blank |= {"hue.gray_share": 1.0, "red_cosine": 0.95, "selectivity": 0.9, "worst_gray": 0.001}
    blank |= {"hue.gray_mse": 0.001, "intact.max_mse": 0.001, "placement.turns": 1.0}
    found = [Cause.TINTED] if tinted else [*causes]
    blank |= {"causes": [each.value for each in found], "sound": not found, "fails": False, "tinted": tinted}
    return blank | {"stopped_step": None, "stopped_term": None, "key": "0" * 64} | values


def failing(config: RunConfig, **values: Any) -> rows.Row:
    """A row of a run that loses the grays."""
    lost = {"fails": True, "hue.gray_mse": 0.2, "worst_gray": 0.3, "kept.grays_survive": False, "hue.gray_share": 0.3}
    return row(config, [Cause.GRAYS_IN_PLANE, Cause.NOT_ROUND], **(lost | values))


def diverged(config: RunConfig) -> rows.Row:
    """A row of a run whose numbers ran out of bounds."""
    nothing = {name: math.nan for name in row(config) if "." in name and not name.startswith("kept.")}
    nothing |= {"selectivity": math.nan, "red_cosine": math.nan, "worst_gray": math.nan}
    kept = {name: False for name in rows.columns() if name.startswith("kept.")}
    return row(config, [Cause.DIVERGED], fails=True, stopped_step=7, stopped_term="separate", **nothing, **kept)


def table(*made: rows.Row) -> pa.Table:
    """Rows as a page has them."""
    return rows.table_of(made)
