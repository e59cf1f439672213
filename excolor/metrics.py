"""Metrics: how well a model reconstructs, and how cleanly a deletion took its concept away (Experiment 2.7).

Every metric is defined once, here. "MSE" of a color is the mean over its channels, outputs clamped to [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.nn import functional as F

from excolor import kernel
from excolor.color import FULL_GRID, GRAY_WITHIN, GRAYS, hsv_grid, hsv_to_rgb, named_colors, rgb_grid, vibrancy
from excolor.model import ColorAutoencoder, to_vector
from excolor.surgery import HUE, WARMTH, ablate

Floats = NDArray[np.float32]

FAILS_ABOVE = 0.01  # intact max MSE, or gray MSE after hue ablation
SURVIVES_TO = 0.01  # MSE: a tenth of the range in every channel (docs/experiment.md, "Metrics")
TARGET, BYSTANDER = 0.5, 0.05  # share of ‖u‖² in the deleted dims
QUICK_HUES, QUICK_SATURATIONS = 4, 6
RESIDUE_HUES = 240
_PARTS = 4  # of a grid, not by the machine's cores: how sums are rounded would depend on them
_threads = ThreadPoolExecutor(_PARTS, "excolor-survey")
SELECTIVITY_LEVELS = 8
SELECTIVITY_POWER = 2.3


@dataclass(frozen=True)
class Grid:
    """Colors to evaluate on.

    Attributes:
        rgb: `[N, 3]` float32.
        gray: `[N]` bool, the colors at saturation 0 (black has other saturations too, which are not among them).
        even: how many of them, from the first, sample the HSV cube evenly: medians, means and shares are taken over
            these, maxima over all.
    """

    rgb: Floats
    gray: NDArray[np.bool_]
    even: int


@dataclass(frozen=True)
class Response:
    """What a model makes of N colors: z and u `[N, D]`, the clamped reconstruction `[N, 3]`, the MSE `[N]`."""

    z: Floats
    u: Floats
    rgb: Floats
    mse: Floats


@dataclass(frozen=True)
class Intact:
    """MSE of the model as trained.

    Attributes:
        max_mse, median_mse, gray_mse: its maximum, its median, its mean over the grays.
        gray_share: share of the outputs whose channels differ by less than 0.1, in [0, 1]; about a third, since so
            many colors of the grid are nearly gray.
    """

    max_mse: float
    median_mse: float
    gray_mse: float
    gray_share: float


@dataclass(frozen=True)
class Deletion:
    """MSE after some dims were ablated.

    Attributes:
        max_mse, median_mse, gray_mse, gray_share: as in `Intact`; a clean deletion of hue leaves gray outputs alone.
        target_mse: mean over the colors with at least half of ‖u‖² in the deleted dims; a clean deletion has it high.
        bystander_mse: mean over those with at most a twentieth there; a clean deletion has it low.

    The last two are not a number when there is no such color.
    """

    max_mse: float
    median_mse: float
    gray_mse: float
    gray_share: float
    target_mse: float
    bystander_mse: float

    @property
    def whole(self) -> Intact:
        """Of these, the ones that a model as trained has too."""
        return Intact(self.max_mse, self.median_mse, self.gray_mse, self.gray_share)


@dataclass(frozen=True)
class Metrics:
    """All metrics of one model.

    Attributes:
        selectivity: R² between vibrancy^2.3 and the MSE after hue ablation, over the RGB 8³ grid.
        red_cosine: cosine between red's u and the first axis.
        fails: intact max MSE or gray MSE after hue ablation above 0.01 (or not a number).
        colors: MSE of each named color: intact, without warmth, without hue.
    """

    intact: Intact
    warmth: Deletion
    hue: Deletion
    selectivity: float
    red_cosine: float
    fails: bool
    colors: tuple[tuple[str, float, float, float], ...]

    @property
    def worst_gray(self) -> float:
        """MSE of the worst of the five grays after hue ablation."""
        grays = [hue for name, _intact, _warmth, hue in self.colors if name in GRAYS]
        return float(np.max(grays)) if grays else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; a metric that is not finite is None."""
        return {
            "intact": finite(vars(self.intact)),
            "warmth": finite(vars(self.warmth)),
            "hue": finite(vars(self.hue)),
            **finite({"selectivity": self.selectivity, "red_cosine": self.red_cosine}),
            "fails": self.fails,
            "colors": {
                name: finite(dict(zip(("intact", "warmth", "hue"), values, strict=True)))
                for name, *values in self.colors
            },
        }

    def scores(self) -> dict[str, float]:
        """Every single metric by a dotted name, such as "hue.max_mse"."""
        groups = {"intact": self.intact, "warmth": self.warmth, "hue": self.hue}
        scores = {f"{group}.{name}": value for group, part in groups.items() for name, value in vars(part).items()}
        return scores | {"selectivity": self.selectivity, "red_cosine": self.red_cosine}


def finite(values: dict[str, float]) -> dict[str, float | None]:
    """The values as JSON has them: one that is not finite is None."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _grid(even: ArrayLike, rest: ArrayLike) -> Grid:
    first, more = (np.asarray(hsv, np.float64).reshape(-1, 3) for hsv in (even, rest))
    hsv = np.concatenate([first, more])
    rgb = np.ascontiguousarray(hsv_to_rgb(hsv).astype(np.float32))
    return Grid(rgb, hsv[:, 1] == 0, len(first))


@lru_cache(maxsize=1)
def full_grid() -> Grid:
    """240 hues × 48 saturations × 48 values: 552,960 colors."""
    return _grid(hsv_grid(*FULL_GRID), np.empty((0, 3)))


@lru_cache(maxsize=1)
def quick_grid() -> Grid:
    """A third of the full grid: every fourth hue, and for the maxima every hue at every sixth saturation.

    Its metrics are those of the full grid within 1 % for hue and 2 % for warmth, but for an odd maximum: in 3 of 100
    runs the color with the largest error lies between its colors.
    """
    hsv = hsv_grid(*FULL_GRID)
    others = np.arange(len(hsv)) % QUICK_HUES != 0
    return _grid(hsv[::QUICK_HUES], hsv[others][:, ::-QUICK_SATURATIONS])


def respond(model: ColorAutoencoder, rgb: ArrayLike) -> Response:
    """What a model makes of colors `[..., 3]`, flattened to `[N, 3]`."""
    colors = torch.tensor(np.asarray(rgb, np.float32).reshape(-1, 3))
    with torch.no_grad():
        z, u, output = model(colors)
        output = output.clamp(0, 1)
        mse = F.mse_loss(output, colors, reduction="none").mean(-1)
    return Response(z.numpy(), u.numpy(), output.numpy(), mse.numpy())


def share_in(u: Floats, dims: Sequence[int]) -> Floats:
    """Σ_{k∈dims} u_k², `[N]` in [0, 1], of latents `[N, D]`: how much of each lies in those dims."""
    return sum((u[:, k] * u[:, k] for k in dims), np.zeros(len(u), np.float32))


def survey(model: ColorAutoencoder, sets: Sequence[Sequence[int]], grid: Grid | None = None) -> list[Deletion]:
    """The metrics of a model on a grid, the full one if none is given, after each of some sets of dims was deleted.

    Ablated or pruned is the same. Without any dim they are those of the model as it is, in which no color is a target.
    """
    grid = full_grid() if grid is None else grid
    deleted = np.array([[k in dims for k in range(model.bottleneck)] for dims in sets], np.bool_)
    return [_deletion(*each, grid) for each in zip(*_decoded(model, deleted, grid), strict=True)]


def _decoded(
    model: ColorAutoencoder, deleted: NDArray[np.bool_], grid: Grid
) -> tuple[Floats, NDArray[np.int64], NDArray[np.float64]]:
    """Of each deletion, `[V, D]`, what the kernel finds on the whole grid: `mse`, `levels` and `tally`."""
    n, v = len(grid.rgb), len(deleted)
    mse = np.empty((v, n), np.float32)
    levels, tally = np.zeros((_PARTS, v, kernel.LEVELS), np.int64), np.zeros((_PARTS, v, 8))
    bounds, params = np.array([GRAY_WITHIN, TARGET, BYSTANDER]), to_vector(model)
    marks = [n * part // _PARTS for part in range(_PARTS + 1)]

    def decode(part: int) -> None:
        colors = grid.rgb, grid.gray, grid.even, marks[part], marks[part + 1]
        kernel.survey(model.bottleneck, model.hidden, params, deleted, *colors, bounds, mse, levels[part], tally[part])

    # The kernel releases the interpreter lock, so the parts go on side by side where there are cores to spare.
    list(_threads.map(decode, range(_PARTS)))
    merged = tally.sum(0)
    merged[:, 0] = tally[..., 0].max(0)
    return mse, levels.sum(0), merged


def _deletion(mse: Floats, levels: NDArray[np.int64], tally: NDArray[np.float64], grid: Grid) -> Deletion:
    largest, lost, of_grays, look_gray, of_targets, targets, of_bystanders, bystanders = tally.tolist()
    gray = int(np.count_nonzero(grid.gray[: grid.even]))
    return Deletion(
        max_mse=math.nan if lost else largest,
        median_mse=math.nan if lost else _median(mse[: grid.even], levels),
        gray_mse=_quotient(of_grays, gray),
        gray_share=math.nan if lost else look_gray / grid.even,
        target_mse=_quotient(of_targets, targets),
        bystander_mse=_quotient(of_bystanders, bystanders),
    )


def _quotient(total: float, n: float) -> float:
    return total / n if n else math.nan


def _median(values: Floats, levels: NDArray[np.int64]) -> float:
    """The median of values `[N]` in [0, 1], given how many of them have each leading bits."""
    middle = (len(values) - 1) // 2, len(values) // 2
    up_to = np.cumsum(levels)
    first, last = np.searchsorted(up_to, middle, side="right").tolist()
    low, high = (np.array([first, last + 1], np.int32) << kernel.LEVEL).view(np.float32)
    near = values[(values >= low) & (values < high)]
    ranks = np.array(middle) - (up_to[first] - levels[first])
    return float(np.partition(near, ranks)[ranks].mean())


def selectivity(hue_ablated: ColorAutoencoder) -> float:
    """R² between vibrancy^2.3 and the MSE after hue ablation, over the RGB 8³ grid, in [0, 1] (Experiment 2.7.1).

    Not a number when the error is the same for every color.
    """
    rgb = rgb_grid(SELECTIVITY_LEVELS)
    expected = vibrancy(rgb).reshape(-1) ** SELECTIVITY_POWER
    error = respond(hue_ablated, rgb).mse.astype(np.float64)
    if not np.isfinite(error).all() or np.ptp(error) == 0:
        return math.nan
    return float(np.corrcoef(expected, error)[0, 1] ** 2)


def evaluate(model: ColorAutoencoder, grid: Grid | None = None) -> Metrics:
    """All metrics of a model, on the full grid or on another."""
    undeleted, warmth, hue = survey(model, ((), WARMTH, HUE), grid)
    intact = undeleted.whole
    variants = model, ablate(model, WARMTH), ablate(model, HUE)
    names, colors = list(named_colors()), np.stack(list(named_colors().values()))
    errors = [respond(each, colors).mse.tolist() for each in variants]
    return Metrics(
        intact=intact,
        warmth=warmth,
        hue=hue,
        selectivity=selectivity(variants[-1]),
        red_cosine=float(respond(model, [[1.0, 0.0, 0.0]]).u[0, 0]),
        # Written so that a metric that is not a number fails.
        fails=not (intact.max_mse <= FAILS_ABOVE and hue.gray_mse <= FAILS_ABOVE),
        colors=tuple(zip(names, *errors, strict=True)),
    )


@dataclass(frozen=True)
class Remainder:
    """What ablation leaves of one color.

    Attributes:
        share: of ‖z‖, in [0, 1]; not a number when the model's numbers run out of bounds.
        rgb: the answer, `[3]`.
    """

    share: float
    rgb: Floats

    @property
    def stretch(self) -> float:
        """What normalization multiplies the rest by; infinite when nothing is left."""
        return 1 / self.share if self.share > 0 else math.inf


def remainder(model: ColorAutoencoder, color: ArrayLike, dims: Sequence[int]) -> Remainder:
    """Measure what ablating `dims` leaves of a color `[3]`.

    Raises:
        ExcolorError: as in `ablate`.
    """
    before, after = respond(model, color), respond(ablate(model, dims), color)
    return Remainder(float(_length_left(before, after)[0]), after.rgb[0])


def _length_left(before: Response, after: Response) -> Floats:
    return np.linalg.norm(after.z, axis=1) / np.linalg.norm(before.z, axis=1)


@dataclass(frozen=True)
class Residue:
    """What ablation leaves of the latents of fully vibrant colors, before normalization blows it up to unit length.

    Attributes:
        least, most: share of ‖z‖ that is left, over 240 hues, in [0, 1].
        brightness_correlation: over those hues, between RGB brightness and where the blown-up residue lies on the line
            from black's to white's, in [−1, 1]. Not a number when those two coincide, as when every dim is ablated.
    """

    least: float
    most: float
    brightness_correlation: float


def residue(model: ColorAutoencoder, dims: Sequence[int]) -> Residue:
    """Measure what ablating `dims` leaves of vibrant colors' latents.

    Raises:
        ExcolorError: as in `ablate`.
    """
    hues = hsv_to_rgb([[h / RESIDUE_HUES, 1, 1] for h in range(RESIDUE_HUES)])
    before, after = respond(model, hues), respond(ablate(model, dims), hues)
    left = _length_left(before, after)
    black, white = respond(ablate(model, dims), [[0, 0, 0], [1, 1, 1]]).u
    place = after.u.astype(np.float64) @ (white - black)
    if not np.isfinite(place).all() or np.ptp(place) < 1e-6:
        return Residue(float(left.min()), float(left.max()), math.nan)
    return Residue(float(left.min()), float(left.max()), float(np.corrcoef(hues.mean(-1), place)[0, 1]))
