"""What a schedule is once it is read: one track of keys per parameter, and the value of each at any step.

Between two keys a value moves by minimum jerk, unless its track has another timing or space. The value at a step
depends on the step alone, so nothing has to be replayed to know it.

Sources: the dopesheet of Experiment 2.7; the minimum-jerk polynomial of Flash and Hogan (1985).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.errors import ExcolorError, shown
from excolor.schedule.wording import listed, plain

Array = NDArray[np.float64]


def minimum_jerk(tau: Array) -> Array:
    """Share of the way covered at the share `tau` of the time: 10τ³ − 15τ⁴ + 6τ⁵.

    Any shape; [0, 1] → [0, 1]. It leaves and arrives at rest and unaccelerated (Flash and Hogan, 1985).
    """
    return tau * tau * tau * (10 + tau * (6 * tau - 15))


def _constant_speed(tau: Array) -> Array:
    return tau


def _jump_at_start(tau: Array) -> Array:
    return np.where(tau > 0, 1.0, 0.0)


def _jump_at_end(tau: Array) -> Array:
    return np.where(tau >= 1, 1.0, 0.0)


# Either blend is a to the last bit at share 0 and b at share 1; a + (b − a) · share can miss b by a rounding.
def _blend_linear(a: Array, b: Array, share: Array) -> Array:
    return (1 - share) * a + share * b


def _blend_log(a: Array, b: Array, share: Array) -> Array:
    return a ** (1 - share) * b**share


TIMINGS: dict[str, Callable[[Array], Array]] = {
    "minjerk": minimum_jerk,
    "linear": _constant_speed,
    "step-start": _jump_at_start,
    "step-end": _jump_at_end,
}
"""Timing name → share of the way at a share of the time. The first is the default."""

SPACES: dict[str, Callable[[Array, Array, Array], Array]] = {"linear": _blend_linear, "log": _blend_log}
"""Space name → (value a, value b, share) to the value between. The first is the default."""


@dataclass(frozen=True)
class Track:
    """The keys of one parameter.

    Attributes:
        parameter: its name.
        space: one of `SPACES`.
        timing: one of `TIMINGS`.
        steps: where the keys are, strictly increasing.
        values: one finite number per key, above 0 in log space.
        lines: where in its file each key stands.
    """

    parameter: str
    space: str
    timing: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    lines: tuple[int, ...] = field(compare=False, repr=False)

    def at(self, steps: ArrayLike) -> Array:
        """The value at each step, in the shape of `steps`; it holds before the first key and after the last.

        Every key shows its own value at its own step: `step-start` leaves it right after, `step-end` keeps it
        until the step of the next key.

        Raises:
            ExcolorError: a step is not a number.
        """
        shape = np.shape(steps)
        # One axis even for a single step: numpy's power may round a scalar otherwise than an array.
        at = np.asarray(steps, dtype=np.float64).reshape(-1)
        if np.isnan(at).any():
            raise ExcolorError(f"steps of {plain(self.parameter)} has a nan; every step must be a number.")
        keys, values = np.array(self.steps, dtype=np.float64), np.array(self.values, dtype=np.float64)
        if len(keys) == 1:
            return np.full(shape, values[0])
        left = np.clip(np.searchsorted(keys, at, side="right") - 1, 0, len(keys) - 2)
        tau = np.clip((at - keys[left]) / (keys[left + 1] - keys[left]), 0.0, 1.0)
        a, b = values[left], values[left + 1]
        # Rounding must neither carry a value past a key (nor past the largest float, on the way) nor ripple
        # one that two equal keys hold still.
        with np.errstate(over="ignore"):
            between = SPACES[self.space](a, b, TIMINGS[self.timing](tau))
        return np.clip(between, np.minimum(a, b), np.maximum(a, b)).reshape(shape)


@dataclass(frozen=True)
class Schedule:
    """A parsed sheet. Two are equal, and hash alike, when their names and texts are.

    Attributes:
        name: of a shipped schedule, of the file, or "custom".
        text: the CSV it was parsed from.
        last: step of the last row.
        tracks: one per parameter, in the order of the columns.
        phases: (step, name) of every filled PHASE cell.
        actions: (step, name) of every filled ACTION cell.
    """

    name: str
    text: str = field(repr=False)
    last: int = field(compare=False)
    tracks: tuple[Track, ...] = field(compare=False, repr=False)
    phases: tuple[tuple[int, str], ...] = field(compare=False)
    actions: tuple[tuple[int, str], ...] = field(compare=False)

    @property
    def steps(self) -> int:
        """Number of updates of a run that is not stretched: steps 0 … `last`, both included."""
        return self.last + 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of the columns."""
        return tuple(track.parameter for track in self.tracks)

    def at(self, step: float) -> dict[str, float]:
        """The value of every parameter at a step of the sheet, which need not be whole.

        Raises:
            ExcolorError: the step is not a number.
        """
        return {track.parameter: float(track.at(step)) for track in self.tracks}

    def values(self, parameter: str, steps: ArrayLike) -> Array:
        """The value of one parameter at each step of the sheet, in the shape of `steps`.

        Raises:
            ExcolorError: the sheet has no such parameter, or a step is not a number.
        """
        for track in self.tracks:
            if track.parameter == parameter:
                return track.at(steps)
        known = listed(self.parameters)
        raise ExcolorError(f"parameter is {shown(parameter)}; schedule {shown(self.name)} has {known}.")

    def weight(self, column: str, steps: ArrayLike) -> Array:
        """The weight of a regularizer at each step of the sheet, in the shape of `steps`: 0 without a column for it.

        Raises:
            ExcolorError: a step is not a number.
        """
        return self.values(column, steps) if column in self.parameters else np.zeros(np.shape(steps))

    def table(self, steps: int) -> dict[str, Array]:
        """Every parameter over a run of `steps` updates, `[steps]` each.

        The sheet is stretched over the run: update i reads it at i · last / (steps − 1). A run of one update
        reads step 0.

        Raises:
            ExcolorError: `steps` is below 1.
        """
        if steps < 1:
            raise ExcolorError(f"steps is {steps}; it must be 1 or more.")
        read_at = np.arange(steps) * self.last / max(steps - 1, 1)
        return {track.parameter: track.at(read_at) for track in self.tracks}
