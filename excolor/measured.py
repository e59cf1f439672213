"""A run with everything that is known of it: the one record that pages, missions, sweeps and files hand on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from excolor.config import RunConfig
from excolor.diagnosis import Bound, Cause, Placement, causes, checks, placement
from excolor.metrics import Grid, Metrics, evaluate, finite
from excolor.training import Run


@dataclass(frozen=True, eq=False)
class Measured:
    """A run, its metrics, where it keeps the named colors, and what went wrong in it, gravest first."""

    run: Run
    metrics: Metrics
    placement: Placement
    causes: tuple[Cause, ...]

    @property
    def config(self) -> RunConfig:
        """What was asked for."""
        return self.run.config

    @property
    def checks(self) -> dict[str, Bound]:
        """The checklist of a sound run."""
        return checks(self.metrics, self.placement)

    @property
    def sound(self) -> bool:
        """It came to its end, and keeps every check."""
        return not self.run.stopped and not self.causes

    @property
    def tinted(self) -> bool:
        """It would be sound, but some of its answers keep a tint once hue is deleted."""
        return not self.run.stopped and self.causes == (Cause.TINTED,)

    @property
    def goes_wrong(self) -> bool:
        """More is wrong with it than a tint."""
        return not (self.sound or self.tinted)

    def to_dict(self) -> dict[str, Any]:
        """Its metrics and its judgment, as plain JSON values; a value that is not finite is None."""
        return {**self.metrics.to_dict(), **self.judgment()}

    def judgment(self) -> dict[str, Any]:
        """Its checks and whether it is sound, as plain JSON values; a value that is not finite is None."""
        return {"checks": {name: finite(vars(check)) for name, check in self.checks.items()}, "sound": self.sound}

    def forgetting(self) -> Measured:
        """The same without the run's history and snapshots, which are nearly all of its size."""
        return replace(self, run=self.run.forgetting())


def measure(run: Run, grid: Grid | None = None, *, metrics: Metrics | None = None) -> Measured:
    """Measure a run on the full grid or on another.

    Args:
        metrics: of this run, where the caller has them already.
    """
    model = run.model
    found, placed = metrics or evaluate(model, grid), placement(model)
    return Measured(run, found, placed, causes(found, placed, run.stopped))
