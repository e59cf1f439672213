"""The audits of a sweep: what holds of many seeds, not of the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from excolor.config import RunConfig
from excolor.lab.audit import Audit, light_audit
from excolor.measured import Measured
from excolor.model import ColorAutoencoder
from excolor.sweeps import distribution, of_each, summarize, trial

Look = Callable[[ColorAutoencoder, Sequence[int], np.random.Generator], Audit]


@dataclass(frozen=True, eq=False)
class Audited:
    """A run of a sweep and its audit; None of a run that diverged."""

    measured: Measured
    audit: Audit | None

    def to_dict(self) -> dict[str, Any]:
        """What `Measured.to_dict` has, and the audit, as plain JSON values."""
        return {**self.measured.to_dict(), "audit": self.audit and self.audit.to_dict()}


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

    def audited(config: RunConfig, ended: Callable[[], bool]) -> Audited | None:
        measured = trial(config, ended)
        if measured is None or ended():
            return None
        if measured.run.stopped:
            return Audited(measured, None)
        return Audited(measured, look(measured.run.model, dims, np.random.default_rng(config.seed)))

    return of_each(configs, audited, jobs, progress, cancelled)


def summarize_audits(runs: Sequence[Audited]) -> dict[str, Any]:
    """What `excolor.summarize` says of the runs, and as much of every figure of their audits: "audit.ring.deleted"."""
    scores = [run.audit.scores() for run in runs if run.audit]
    figures = {f"audit.{name}": distribution([each[name] for each in scores]) for name in (scores[0] if scores else ())}
    return {**summarize([run.measured for run in runs]), **figures}
