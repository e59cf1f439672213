"""Rows: each run of a study as one line of a table, written as they come and read again without trust.

The table is a folder of Parquet files, so that it survives its writer at any moment: a file is replaced as a whole or
not at all. The rows stand in the study's order, a thousand in each file, and have nothing that differs from one time to
the next. So a study that was interrupted and went on has the same files, bit for bit, as one that was not.
"""

from __future__ import annotations

import io
import json
import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

import excolor
from excolor import files
from excolor.config import RunConfig
from excolor.diagnosis import Cause, Placement
from excolor.errors import ExcolorError, shown, shown_path
from excolor.losses import TERMS
from excolor.measured import Measured
from excolor.metrics import Deletion, Intact, Metrics
from excolor.sweeps import distribution
from excolor.training import Run, no_history, no_snapshots

_compute: Any = pyarrow.compute  # whose stubs know too little
Row = dict[str, Any]

PART = 1000  # rows of a file
WRITE_EVERY = 10.0  # seconds: what a killed process loses
FORMAT = 1
AUDIT = "audit."
_ABOUT = b"excolor"
_NAME = re.compile(r"part-[0-9]{5}\.parquet")
_WEIGHTS = [term.name for term in TERMS]
SETTINGS = ("schedule", "steps", "bottleneck", "hidden", "label_noise", *_WEIGHTS)
"""The columns that say what was trained, but for the seeds."""
SEEDS = ("seed", "batch_seed")
_TYPES = {
    "schedule": pa.string(),
    **dict.fromkeys(("steps", "bottleneck", "hidden", "stopped_step"), pa.int32()),
    **dict.fromkeys(SEEDS, pa.int64()),
    **dict.fromkeys(("key", "stopped_term"), pa.string()),
    **dict.fromkeys(("sound", "fails", "tinted"), pa.bool_()),
    "causes": pa.list_(pa.string()),
}


# --- one row --------------------------------------------------------------------------------------


def row_of(run: Measured, audit: Mapping[str, float] | None = None) -> Row:
    """A run as a row.

    Args:
        audit: the figures of its audit (`Audit.scores`), where it was audited.

    Returns:
        the settings; the seeds, that of the batches too; every metric by its dotted name; "worst_gray"; "placement.…";
        of each check "kept.…"; "causes", "sound", "fails", "tinted"; where it stopped and why, if it did; "key", which
        is equal for equal parameters. Then "audit.…".
    """
    config, stopped = run.config, run.run.stopped
    return {
        **{name: getattr(config, name) for name in SETTINGS if name not in _WEIGHTS},
        **config.weights,
        "seed": config.seed,
        "batch_seed": config.drawn_by,
        **run.metrics.scores(),
        "worst_gray": run.metrics.worst_gray,
        **{f"placement.{name}": value for name, value in vars(run.placement).items()},
        **{f"kept.{name}": check.kept for name, check in run.checks.items()},
        "causes": [cause.value for cause in run.causes],
        "sound": run.sound,
        "fails": run.metrics.fails,
        "tinted": run.tinted,
        "stopped_step": stopped and stopped.step,
        "stopped_term": stopped and stopped.term,
        "key": run.run.key,
        **{f"{AUDIT}{name}": value for name, value in (audit or {}).items()},
    }


def config_of(row: Mapping[str, Any]) -> RunConfig:
    """What to train to have the run of a row again.

    Raises:
        ExcolorError: a value is out of its range.
    """
    settings = {name: row[name] for name in (*SETTINGS, *SEEDS) if name not in _WEIGHTS}
    weights = {name: row[name] for name in _WEIGHTS if row[name] is not None}
    return RunConfig.from_dict({**settings, "weights": weights})


@lru_cache(maxsize=1)
def columns() -> tuple[str, ...]:
    """The columns of every row; those of an audit come after them."""

    def blank(kind: type[Any]) -> Any:
        return kind(**dict.fromkeys((each.name for each in fields(kind)), math.nan))

    run = Run(RunConfig(), np.zeros(0, np.float32), no_history(), no_snapshots(4))
    metrics = Metrics(blank(Intact), blank(Deletion), blank(Deletion), math.nan, math.nan, True, ())
    return tuple(row_of(Measured(run, metrics, blank(Placement), tuple(Cause))))


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table; a figure that a row does not have is null."""
    names = dict.fromkeys([*columns(), *(name for row in rows for name in row)])
    return pa.Table.from_pylist(list(rows), pa.schema([(name, _type(name)) for name in names]))


def _type(name: str) -> pa.DataType:
    return pa.bool_() if name.startswith("kept.") else _TYPES.get(name, pa.float64())


# --- many -----------------------------------------------------------------------------------------


class Table:
    """Rows in memory, about six hundred bytes each."""

    def __init__(self) -> None:
        self._full: list[pa.Table] = []
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Put a row at the end."""
        self._rows.append(row)
        if len(self._rows) == PART:
            self._full.append(table_of(self._rows))
            self._rows = []

    def table(self) -> pa.Table:
        """All of them."""
        return pa.concat_tables([*self._full, table_of(self._rows)], promote_options="default")


class Writer:
    """Adds rows to a folder, after those that are there; a context, at whose end everything is written.

    Args:
        path: the folder, which is made if it is not there.
        study: the configurations of all rows, in their order.
        audit: what each run is asked besides, in words; empty if nothing.

    Raises:
        ExcolorError: the folder has something else than such rows, rows of another version of excolor or of another
            audit, or rows that are not the first of this study; or it cannot be written.
    """

    def __init__(self, path: str | Path, study: Iterable[RunConfig], audit: str = "") -> None:
        self.path = Path(path)
        self._about = {"format": FORMAT, "version": excolor.__version__, "audit": audit}
        self._rows: list[Row] = []
        self.done = 0
        self._saved = 0
        if self.path.exists():
            self._resume(study)
        else:
            _made(self.path)
        files.try_place(self.path / part_name(0))
        self._written = time.monotonic()

    def _resume(self, study: Iterable[RunConfig]) -> None:
        rest = iter(study)
        parts = _parts(self.path)
        for number, part in enumerate(parts):
            table, about = _read(part)
            if other := [name for name, value in self._about.items() if about.get(name) != value]:
                raise ExcolorError(
                    f"{shown_path(self.path)} has rows of {other[0]} {shown(about.get(other[0]))}, and these would be "
                    f"of {shown(self._about[other[0]])}; name another place."
                )
            last = number == len(parts) - 1
            if not (0 < len(table) <= PART if last else len(table) == PART):
                raise ExcolorError(f"{shown_path(part)} has {len(table)} rows; it must have {PART}.")
            for row in table.select([*SETTINGS, *SEEDS]).to_pylist():
                if (found := config_of(row)) != (wanted := next(rest, None)):
                    place = f"{shown_path(self.path)}, row {self.done + 1},"
                    there = f"is {_briefly(found)}, where this study "
                    ends = "has ended" if wanted is None else f"has {_briefly(wanted)}"
                    raise ExcolorError(f"{place} {there}{ends}; name another place.")
                self.done += 1
            if len(table) < PART:
                self._rows = table.to_pylist()
        self._saved = len(self._rows)

    def add(self, row: Row) -> None:
        """Put a row at the end; it is on the disk ten seconds later.

        Raises:
            ExcolorError: the folder cannot be written.
        """
        self._rows.append(row)
        self.done += 1
        if len(self._rows) == PART or time.monotonic() - self._written > WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Put on the disk what is not yet there.

        Raises:
            ExcolorError: the folder cannot be written.
        """
        if len(self._rows) == self._saved:
            return
        table = table_of(self._rows).replace_schema_metadata({_ABOUT: json.dumps(self._about)})
        data = io.BytesIO()
        pq.write_table(table, data, compression="zstd")  # pyright: ignore[reportUnknownMemberType]
        files.write(self.path / part_name((self.done - 1) // PART), data.getvalue())
        self._rows = [] if len(self._rows) == PART else self._rows
        self._saved = len(self._rows)
        self._written = time.monotonic()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.write()


def read(path: str | Path) -> pa.Table:
    """The rows of a folder, in their order; the schema's metadata has what `about` says.

    Raises:
        ExcolorError: it is no such folder, or its files have another format or lack columns.
    """
    tables = [_read(part)[0] for part in _parts(Path(path))]
    if not tables:
        raise ExcolorError(f"{shown_path(path)} has no rows yet.")
    return pa.concat_tables(tables, promote_options="default")


def about(path: str | Path) -> dict[str, Any]:
    """The "version" of excolor that made the rows of a folder, and their "audit" in words, empty if there is none.

    Raises:
        ExcolorError: as in `read`.
    """
    parts = _parts(Path(path))
    if not parts:
        raise ExcolorError(f"{shown_path(path)} has no rows yet.")
    return _read(parts[0])[1]


def part_name(number: int) -> str:
    """The name of one of a folder's files, from 0 on."""
    return f"part-{number:05}.parquet"


def _made(path: Path) -> None:
    try:
        path.mkdir()
    except OSError as error:
        raise ExcolorError(f"{shown_path(path)} cannot be made ({error.strerror}).") from error


def _parts(path: Path) -> list[Path]:
    try:
        names = sorted(each.name for each in path.iterdir() if not each.name.startswith("."))  # a killed writer's
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ExcolorError(f"{shown_path(path)} cannot be read ({reason}); name the folder of a sweep.") from error
    for number, name in enumerate(names):
        if not _NAME.fullmatch(name) or name != part_name(number):
            raise ExcolorError(f"{shown_path(path)} has {shown(name)}, where a sweep has {part_name(number)}.")
    return [path / name for name in names]


def _read(part: Path) -> tuple[pa.Table, dict[str, Any]]:
    try:
        table: pa.Table = pq.ParquetFile(part).read()  # pyright: ignore[reportUnknownMemberType]
        metadata: dict[bytes, bytes] = table.schema.metadata or {}  # pyright: ignore[reportUnknownVariableType]
        said: Any = json.loads(metadata.get(_ABOUT, b"null"))
    except (OSError, ValueError) as error:  # pyarrow's own errors are among them
        raise ExcolorError(f"{shown_path(part)} is no Parquet file, or is damaged ({type(error).__name__}).") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:  # pyright: ignore[reportUnknownMemberType]
        raise ExcolorError(f"{shown_path(part)} has no rows of a sweep in the format {FORMAT}.")
    types: dict[str, Any] = dict(zip(table.column_names, table.schema.types, strict=True))
    for name in columns():
        if types.get(name) != _type(name):
            raise ExcolorError(f"{shown_path(part)} lacks the column {name}, or has another type there.")
    return table, said  # pyright: ignore[reportUnknownVariableType]


def _briefly(config: RunConfig) -> str:
    usual = RunConfig().to_dict()
    said = {name: value for name, value in config.to_dict().items() if name == "seed" or value != usual.get(name)}
    weights = said.pop("weights", {})
    moved = {name: value for name, value in weights.items() if value != usual["weights"].get(name)}
    return ", ".join(
        f"{name} {shown(value) if name == 'schedule' else value}" for name, value in (said | moved).items()
    )


# --- what they say --------------------------------------------------------------------------------


def wilson(count: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share of which `count` of `n` draws came true, in [0, 1]; of 95 % if z is left alone."""
    if not n:
        return 0.0, 1.0
    share, slack = count / n, z * z / n
    middle = (share + slack / 2) / (1 + slack)
    reach = z / (1 + slack) * math.sqrt(share * (1 - share) / n + slack / (4 * n))
    # At the ends it is exact, but for rounding.
    return max(0.0, middle - reach) if count else 0.0, min(1.0, middle + reach) if count < n else 1.0


def values(table: pa.Table, name: str) -> list[Any]:
    """What the rows have in a column, but for those that have nothing there."""
    return table[name].drop_null().to_pylist()


def figures(table: pa.Table) -> dict[str, Any]:
    """What `excolor.summarize` says of runs, of their rows; and as much of every figure of their audits."""
    audits = [name for name in table.column_names if name.startswith(AUDIT)]
    return {
        **{name: _distribution(table, name) for name in _metrics()},
        "fails": _count(table, "fails"),
        "sound": _count(table, "sound"),
        **{name: _distribution(table, name) for name in audits if table[name].null_count < len(table)},
    }


def by_setting(table: pa.Table) -> Iterator[tuple[dict[str, Any], pa.Table]]:
    """The rows of each setting, in the order in which they first come: the setting, and its rows."""
    settings = table.select(SETTINGS)
    keys = [tuple(row.values()) for row in settings.to_pylist()]
    for key in dict.fromkeys(keys):
        mask = pa.array([each == key for each in keys])
        yield dict(zip(SETTINGS, key, strict=True)), table.filter(mask)


def verdicts(table: pa.Table) -> dict[str, dict[str, float]]:
    """How many runs fail, keep a tint, are sound, with their share and its 95 % interval after Wilson."""
    return {name: _share(_count(table, name), len(table)) for name in ("fails", "tinted", "sound")}


def causes(table: pa.Table) -> dict[str, int]:
    """In how many rows each cause was found, gravest first; those that were found in none are left out."""
    found: list[dict[str, Any]] = _compute.value_counts(_compute.list_flatten(table["causes"])).to_pylist()
    counts: dict[str, int] = {each["values"]: each["counts"] for each in found}
    return {cause.value: counts[cause.value] for cause in Cause if cause.value in counts}


def _metrics() -> list[str]:
    names = columns()
    return list(names[names.index("batch_seed") + 1 : names.index("worst_gray")])


def _share(count: int, n: int) -> dict[str, float]:
    low, high = wilson(count, n)
    return {"count": count, "share": count / n if n else math.nan, "low": low, "high": high}


def _count(table: pa.Table, name: str) -> int:
    return sum(values(table, name))


def _distribution(table: pa.Table, name: str) -> dict[str, float | None]:
    return distribution(values(table, name))
