"""The audits of a sweep: what holds of many seeds, not of the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from excolor.config import RunConfig
from excolor.lab.audit import Audit, light_audit
from excolor.measured import Measured
from excolor.model import ColorAutoencoder
from excolor.sweeps import distribution, never, of_each, summarize, trial

Look = Callable[[ColorAutoencoder, Sequence[int], np.random.Generator], Audit]


@dataclass(frozen=True, eq=False)
class Audited:
    """A run of a sweep and its audit; None of a run that diverged."""

    measured: Measured
    audit: Audit | None

    def to_dict(self) -> dict[str, Any]:
        """What `Measured.to_dict` has, and the audit, as plain JSON values."""
        return {**self.measured.to_dict(), "audit": self.audit and self.audit.to_dict()}


def audited(
    config: RunConfig,
    cancelled: Callable[[], bool] = never,
    *,
    dims: Sequence[int],
    look: Look = light_audit,
) -> Audited | None:
    """Train, evaluate and audit one configuration; None once it was cancelled. With `partial`, for `sweeps.runs`.

    Raises:
        ExcolorError: as in `trial` and in `audit`.
    """
    measured = trial(config, cancelled)
    if measured is None or cancelled():
        return None
    if measured.run.stopped:
        return Audited(measured, None)
    found = look(measured.run.model, dims, np.random.default_rng(config.seed))
    return Audited(measured.forgetting(), found)  # not the model that was made for the audit


def audited_sweep(
    configs: Sequence[RunConfig],
    dims: Sequence[int],
    look: Look = light_audit,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Audited]:
    """Train, evaluate and audit every configuration, as `excolor.sweep` does; each audit draws with the run's seed.

    Args:
        dims: what is deleted.
        look: `light_audit`, `light_audit_with_race` or `audit`.

    Raises:
        ExcolorError: as in `sweep` and in `audit`.
    """
    return of_each(configs, partial(audited, dims=dims, look=look), jobs, progress, cancelled)


def summarize_audits(runs: Sequence[Audited]) -> dict[str, Any]:
    """What `excolor.summarize` says of the runs, and as much of every figure of their audits: "audit.ring.deleted"."""
    scores = [run.audit.scores() for run in runs if run.audit]
    figures = {f"audit.{name}": distribution([each[name] for each in scores]) for name in (scores[0] if scores else ())}
    return {**summarize([run.measured for run in runs]), **figures}
