"""The audit: everything that is asked of one model to find out whether what was deleted is really gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.errors import ExcolorError
from excolor.lab.leace import erased, hue_eraser, pool
from excolor.lab.probes import SITES, TIMES, Ladder, ProbeColors, Site, draw_colors, read, read_chance, values
from excolor.lab.race import FRACTIONS, Race, follow
from excolor.lab.ring import below_gray_floor, ring_spread
from excolor.metrics import finite, survey
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate

Doubles = NDArray[np.float64]
State = Literal["intact", "deleted"]
Floor = Literal["shuffled", "brightness"]

LIGHT_SITES: tuple[Site, ...] = ("z", "u")


@dataclass(frozen=True)
class Erasure:
    """What LEACE leaves of the intact model, told the exact hue of some colors: in an audit, all 3600 for training.

    Attributes:
        affine, kernel: R² of the probes on the erased u, for k = 1.
        gray_mse, gray_share: as in `excolor.metrics.Intact`, of the model that decodes the erased u.
    """

    affine: float
    kernel: float
    gray_mse: float
    gray_share: float


@dataclass(frozen=True, eq=False)
class Audit:
    """What can still be read, seen and relearned.

    Attributes:
        dims: what was deleted.
        probes: of the intact model and of the ablated one, at each site that was asked.
        floors: the same probes on shuffled hues, at the ablated model's u, and on the colors' brightness.
        below_gray_floor: named colors whose answer is not gray.
        ring: spread of the answers to colors that differ in hue alone, 0.4 where they are reconstructed.
        leace: erasing instead of deleting.
        race: None where it was left out.
    """

    dims: tuple[int, ...]
    probes: Mapping[State, Mapping[Site, Ladder]]
    floors: Mapping[Floor, Ladder]
    below_gray_floor: tuple[str, ...]
    ring: Mapping[State, float]
    leace: Erasure
    race: Race | None

    def more_than_floors(self, site: Site) -> bool:
        """Whether the kernel probe reads more at a site of the ablated model than at its floors, by 0.05, for any k."""
        return any(self.probes["deleted"][site].beyond(self.floors.values()))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: "probes" by state, site and probe the R² for k = 1, 2, 3; "relearning" by runner and
        fraction the updates of each seed, None if never. Without a race there is no "relearning".
        """
        return {
            "dims": list(self.dims),
            "probes": {
                state: {site: ladder.to_dict() for site, ladder in sites.items()}
                for state, sites in self.probes.items()
            },
            "floors": {floor: ladder.to_dict() for floor, ladder in self.floors.items()},
            "below_gray_floor": list(self.below_gray_floor),
            "ring": finite({str(state): spread for state, spread in self.ring.items()}),
            **({} if self.race is None else {"relearning": self.race.to_dict()}),
            "leace": finite(vars(self.leace)),
        }

    def scores(self) -> dict[str, float]:
        """Every single figure by a dotted name, such as "deleted.u.kernel.1"; of the race the median over its seeds,
        infinite if that is never, and the share of the seeds that came there.
        """
        ladders = {f"{state}.{site}": ladder for state, sites in self.probes.items() for site, ladder in sites.items()}
        ladders |= {f"floors.{floor}": ladder for floor, ladder in self.floors.items()}
        return {
            **{
                f"{place}.{probe}.{k}": score
                for place, ladder in ladders.items()
                for probe, scores in ladder.to_dict().items()
                for k, score in zip(TIMES, scores, strict=True)
            },
            "below_gray_floor": float(len(self.below_gray_floor)),
            **{f"ring.{state}": spread for state, spread in self.ring.items()},
            **{f"leace.{name}": value for name, value in vars(self.leace).items()},
            **(_race_scores(self.race) if self.race else {}),
        }


def _race_scores(race: Race) -> dict[str, float]:
    scores: dict[str, float] = {}
    for runner in race.errors:
        for fraction in FRACTIONS:
            reached = race.reached(runner, fraction)
            scores[f"relearning.{runner}.{fraction}"] = race.median(runner, fraction)
            scores[f"relearning.{runner}.{fraction}_reached"] = 1 - reached.count(None) / len(reached)
    return scores


def audit(
    model: ColorAutoencoder,
    dims: Sequence[int],
    generator: np.random.Generator | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Audit:
    """Find out what deleting some dims of a model really took away.

    Args:
        dims: at least one.
        generator: the only source of chance: of the probes' colors and of the race. That of seed 0 if none is given.
        progress: called with the number of the race's updates that are done, 3000 at last.

    Raises:
        ExcolorError: there is no dim, one is out of range or named twice; or the model has numbers that are not finite.
    """
    colors, chance = (generator or np.random.default_rng(0)).spawn(2)
    return replace(_at(SITES, model, dims, colors), race=_raced(model, dims, chance, progress))


def light_audit(model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator) -> Audit:
    """An audit at z and u alone and without the race, for many models; its figures are those of `audit`.

    Raises:
        ExcolorError: as in `audit`.
    """
    colors, _ = generator.spawn(2)
    return _at(LIGHT_SITES, model, dims, colors)


def light_audit_with_race(model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator) -> Audit:
    """An audit at z and u alone, with the race.

    Raises:
        ExcolorError: as in `audit`.
    """
    colors, chance = generator.spawn(2)
    return replace(_at(LIGHT_SITES, model, dims, colors), race=_raced(model, dims, chance, lambda done: None))


def _at(sites: Sequence[Site], model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator) -> Audit:
    """All but the race."""
    deleted = ablate(model, dims)
    if not len(dims):
        raise ExcolorError("dims is empty; an audit needs at least one dim that is deleted.")
    colors = draw_colors(generator)
    seen: dict[State, dict[Site, Doubles]] = {
        "intact": values(model, colors.rgb),
        "deleted": values(deleted, colors.rgb),
    }
    return Audit(
        dims=tuple(map(index, dims)),
        probes={state: {site: read(found[site], colors) for site in sites} for state, found in seen.items()},
        floors={
            "shuffled": read_chance(seen["deleted"]["u"], colors, generator),
            "brightness": read(colors.brightness, colors),
        },
        below_gray_floor=below_gray_floor(deleted),
        ring={"intact": ring_spread(model), "deleted": ring_spread(deleted)},
        leace=erasure(model, pool("all"), colors),
        race=None,
    )


def _raced(
    model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator, progress: Callable[[int], None]
) -> Race | None:
    last: Race | None = None
    for last in follow(model, dims, generator):
        progress(int(last.updates[-1]))
    return last


def erasure(model: ColorAutoencoder, labeled: ArrayLike, colors: ProbeColors) -> Erasure:
    """What LEACE leaves of a model.

    Args:
        labeled: the colors whose hue it is told, `[N, 3]`; see `leace.labeled_colors`.
        colors: of the probes.

    Raises:
        ExcolorError: the model's numbers run out of bounds.
    """
    eraser = hue_eraser(model, labeled)
    ladder = read(eraser(values(model, colors.rgb)["u"]), colors)
    (answers,) = survey(erased(model, eraser), ((),))
    return Erasure(ladder.affine.scores[0], ladder.kernel.scores[0], answers.gray_mse, answers.gray_share)
