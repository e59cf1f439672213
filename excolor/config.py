"""What a training run is: one frozen, hashable configuration that survives a JSON round trip."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from excolor.errors import ExcolorError, shown
from excolor.losses import TERMS

STEPS = 3001  # updates of the published run: steps 0 … 3000
MAX_STEPS = 100_000
MAX_WEIGHT = 10.0
BOTTLENECKS = range(2, 7)
HIDDEN_WIDTHS = range(2, 65)
MAX_SEED = 2**32 - 1


class Weights(Mapping[str, "float | None"]):
    """Multipliers of the scheduled weights by the name of the regularizer, each in [0, 10]: 0 is off, 1 as scheduled.

    One that is not given is 1. One that the experiment does without (`Term.stand_in`) is then None: 1 where the
    schedule has a column for it, else 0. Hashable; `weights.separate` is `weights["separate"]`.

    Raises:
        ExcolorError: there is no such regularizer, or a multiplier is not a number in that range.
    """

    def __init__(self, **multipliers: float | None) -> None:
        known = _known("weights", multipliers, [term.name for term in TERMS])
        usual: dict[str, float | None] = {term.name: None if term.stand_in else 1.0 for term in TERMS}
        self._multipliers = {
            name: None if value is usual[name] is None else _number(f"weight {name}", value, 0.0, MAX_WEIGHT)
            for name, value in (usual | known).items()
        }

    def __getitem__(self, name: str) -> float | None:
        return self._multipliers[name]

    def __getattr__(self, name: str) -> float | None:
        if name.startswith("_") or name not in self:  # the first while a copy or a pickle is being made
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._multipliers)

    def __len__(self) -> int:
        return len(self._multipliers)

    def __eq__(self, other: object) -> bool:
        # The mapping's own compares item by item, and a session compares each of its runs with each other.
        return self._multipliers == other._multipliers if isinstance(other, Weights) else super().__eq__(other)

    def __hash__(self) -> int:
        return hash(tuple(self._multipliers.items()))

    def __repr__(self) -> str:
        return f"Weights({', '.join(f'{name}={value!r}' for name, value in self.items())})"


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides the outcome of a training run.

    Attributes:
        schedule: name of a shipped schedule, or the CSV text of one of your own.
        seed: of the initial parameters and of the drawn batches, in [0, 2³²).
        steps: number of updates, 1 to 100,000; another number than the schedule's own stretches it.
        bottleneck: latent dims, 2 to 6.
        hidden: width of both hidden layers, 2 to 64.
        label_noise: share of labels that are drawn at random, in [0, 1].
        weights: multipliers per regularizer, as `Weights` or as any mapping of its names.
        batch_seed: of the drawn batches, where they are to be those of another seed; None where they are not.

    Raises:
        ExcolorError: a value is out of its range.
    """

    schedule: str = "robust"
    seed: int = 0
    steps: int = STEPS
    bottleneck: int = 4
    hidden: int = 16
    label_noise: float = 0.0
    weights: Weights = field(default_factory=Weights)
    batch_seed: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.schedule, str) or not self.schedule.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ExcolorError(f"schedule is {shown(self.schedule)}; it must be a schedule's name or its CSV text.")
        if not isinstance(self.weights, Weights):  # pyright: ignore[reportUnnecessaryIsInstance]
            object.__setattr__(self, "weights", Weights(**_known("weights", self.weights, [t.name for t in TERMS])))
        _whole("seed", self.seed, 0, MAX_SEED)
        if self.batch_seed is not None:
            _whole("batch_seed", self.batch_seed, 0, MAX_SEED)
            if self.batch_seed == self.seed:  # one run has one configuration
                object.__setattr__(self, "batch_seed", None)
        _whole("steps", self.steps, 1, MAX_STEPS)
        _whole("bottleneck", self.bottleneck, BOTTLENECKS.start, BOTTLENECKS.stop - 1)
        _whole("hidden", self.hidden, HIDDEN_WIDTHS.start, HIDDEN_WIDTHS.stop - 1)
        object.__setattr__(self, "label_noise", _number("label_noise", self.label_noise, 0.0, 1.0))

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain JSON values; of the weights, those that are numbers; a batch seed if any."""
        values = {**vars(self), "weights": {name: w for name, w in self.weights.items() if w is not None}}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def drawn_by(self) -> int:
        """The seed of the batches."""
        return self.seed if self.batch_seed is None else self.batch_seed

    def is_but_for_its_seed(self, other: RunConfig) -> bool:
        """Whether another configuration is the same, whatever its seeds."""
        return _but_for_the_seed(self) == _but_for_the_seed(other)

    def to_json(self) -> str:
        """The configuration as one line of JSON with sorted keys."""
        return json.dumps(self.to_dict(), sort_keys=True)

    @staticmethod
    def from_dict(values: object) -> RunConfig:
        """The configuration that `to_dict` wrote; what is absent takes its default.

        Raises:
            ExcolorError: not a mapping, an unknown name, or a value out of its range.
        """
        return RunConfig(**_known("configuration", values, [f.name for f in fields(RunConfig)]))

    @staticmethod
    def from_json(text: str) -> RunConfig:
        """The configuration that `to_json` wrote.

        Raises:
            ExcolorError: not JSON, or as in `from_dict`.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ExcolorError(f"The configuration is not JSON ({type(error).__name__}).") from error
        return RunConfig.from_dict(values)


_but_for_the_seed = attrgetter(*(each.name for each in fields(RunConfig) if each.name not in ("seed", "batch_seed")))


def _known(what: str, values: object, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise ExcolorError(f"{what} is {type(values).__name__}; it must map names to values.")
    known: dict[str, Any] = {str(name): value for name, value in values.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for name in known:
        if name not in names:
            raise ExcolorError(f"{what} has {shown(name)}; it knows {', '.join(names)}.")
    return known


def _number(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ExcolorError(f"{name} is {shown(value)}; it must be a number from {low:g} to {high:g}.")
    return float(value)


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ExcolorError(f"{name} is {shown(value)}; it must be a whole number from {low} to {high}.")
