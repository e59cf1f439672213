"""Probes against scikit-learn's, and against what can be read by construction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from excolor.color import rgb_to_hsv
from excolor.errors import ExcolorError
from excolor.lab.probes import (
    CHOOSE,
    FIT,
    RIDGES,
    SCORE,
    SITES,
    TIMES,
    WIDTHS,
    ProbeColors,
    Reading,
    draw_colors,
    read,
    read_chance,
    standardized,
    values,
)
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import ablate

pytestmark = pytest.mark.numerical

Models = Callable[..., ColorAutoencoder]


@pytest.fixture(scope="module")
def colors() -> ProbeColors:
    return draw_colors(np.random.default_rng(5))


def scored(true: np.ndarray, said: np.ndarray) -> float:
    return r2_score(true, said, multioutput="variance_weighted")


def within_circle(said: np.ndarray) -> np.ndarray:
    return np.array([each / max(1, np.hypot(*each)) for each in said])


def test_colors_have_even_hues_and_can_be_seen(colors: ProbeColors) -> None:
    h, s, v = rgb_to_hsv(colors.rgb).T
    assert len(h) == FIT + CHOOSE + SCORE == 1900
    assert np.abs((h - colors.hue + 0.5) % 1 - 0.5).max() < 1e-6
    assert min(s.min(), v.min()) > 0.5 - 1e-6
    # Means of 1900 uniform draws; five standard errors.
    assert [h.mean(), s.mean(), v.mean()] == pytest.approx([0.5, 0.75, 0.75], abs=5 * 0.29 / 1900**0.5)
    assert colors.targets[:, 1] == pytest.approx(
        np.column_stack([np.cos(4 * np.pi * h), np.sin(4 * np.pi * h)]), abs=1e-4
    )
    assert colors.brightness[:, 0] == pytest.approx(colors.rgb.mean(1), abs=1e-6)


def test_colors_come_from_the_generator_alone(colors: ProbeColors) -> None:
    assert (draw_colors(np.random.default_rng(5)).rgb == colors.rgb).all()
    assert (draw_colors(np.random.default_rng(6)).rgb != colors.rgb).any()
    shuffled = colors.shuffled(np.random.default_rng(0))
    assert sorted(shuffled.hue) == sorted(colors.hue)
    assert (shuffled.rgb == colors.rgb).all()
    assert (shuffled.hue == colors.hue).mean() < 0.05


def test_probes_are_those_of_scikit_learn(colors: ProbeColors, random_model: Models) -> None:
    inputs = values(ablate(random_model(gain=2), [1]), colors.rgb)["z"]
    ladder = read(inputs, colors)
    x = StandardScaler().fit(inputs[:FIT]).transform(inputs)[:, [0, 2, 3]]
    line = LinearRegression().fit(x[:FIT], colors.targets[:FIT].reshape(FIT, 6)).predict(x[-SCORE:])
    assert ladder.affine.believed.reshape(SCORE, 6) == pytest.approx(line, abs=1e-6)
    for i in range(len(TIMES)):
        targets = colors.targets[:, i]
        assert ladder.affine.scores[i] == pytest.approx(
            scored(targets[-SCORE:], ladder.affine.believed[:, i]), abs=1e-9
        )
        candidates = [
            KernelRidge(alpha=ridge, kernel="rbf", gamma=width).fit(x[:FIT], targets[:FIT])
            for width in WIDTHS
            for ridge in RIDGES
        ]
        best = max(candidates, key=lambda each: scored(targets[FIT:-SCORE], within_circle(each.predict(x[FIT:-SCORE]))))
        believed = within_circle(best.predict(x[-SCORE:]))
        # The smallest λ is 1e-5 beside eigenvalues of some hundreds: of sixteen digits, eight are lost.
        assert ladder.kernel.believed[:, i] == pytest.approx(believed, abs=1e-5)
        assert ladder.kernel.scores[i] == pytest.approx(scored(targets[-SCORE:], believed), abs=1e-5)


def test_what_is_there_is_read_and_what_is_not_is_not(colors: ProbeColors) -> None:
    told = read(colors.targets[:, 0], colors)
    assert told.affine.scores[0] == pytest.approx(1, abs=1e-9)
    assert min(told.kernel.scores) > 0.999
    # A line through a circle says nothing of where one is on the second and the third.
    assert max(told.affine.scores[1:]) < 0.02
    half = read(colors.targets[:, 0, :1], colors)
    assert half.affine.scores[0] == pytest.approx(0.5, abs=0.05)
    noise = read(np.random.default_rng(0).normal(size=(1900, 3)), colors)
    assert max(*noise.affine.scores, *noise.kernel.scores) < 0.03


def test_chance_is_the_median_of_five_shuffles(colors: ProbeColors) -> None:
    generator = np.random.default_rng(1)
    each = [read(colors.targets[:, 0], colors.shuffled(generator)) for _ in range(5)]
    chance = read_chance(colors.targets[:, 0], colors, np.random.default_rng(1))
    for name in ("affine", "kernel"):
        expected = np.median([getattr(ladder, name).scores for ladder in each], axis=0)
        assert getattr(chance, name).scores == pytest.approx(expected, abs=1e-6)
        assert getattr(chance, name).believed == pytest.approx(getattr(each[0], name).believed, abs=1e-6)
        assert np.abs(expected).max() < 0.05


def test_brightness_tells_primaries_from_secondaries_and_no_more(colors: ProbeColors) -> None:
    ladder = read(colors.brightness, colors)
    assert max(ladder.kernel.scores[:2]) < 0.03
    assert 0.03 < ladder.kernel.scores[2] < 0.2


def test_inputs_without_spread_are_left_out(colors: ProbeColors) -> None:
    inputs = np.random.default_rng(0).normal(size=(1900, 2))
    padded = np.column_stack([inputs[:, 0], np.zeros(1900), inputs[:, 1], np.full(1900, 0.3)])
    assert standardized(padded) == pytest.approx(standardized(inputs))
    assert standardized(inputs)[:FIT].std(0) == pytest.approx(1)
    nothing = read(np.zeros((1900, 4)), colors)
    for reading in (nothing.affine, nothing.kernel):
        assert isinstance(reading, Reading)
        assert np.ptp(reading.believed, axis=0).max() < 1e-6  # a constant
        assert max(reading.scores) <= 0
        assert min(reading.scores) > -0.02


def test_sites_are_what_the_model_has_there(colors: ProbeColors, random_model: Models) -> None:
    model = random_model(bottleneck=3)
    seen, found = respond(model, colors.rgb), values(model, colors.rgb)
    assert tuple(found) == SITES
    assert found["z_norm"][:, 0] == pytest.approx(np.sqrt((found["z"] ** 2).sum(1)))
    for site, expected in (("z", seen.z), ("u", seen.u), ("output", seen.rgb)):
        assert (found[site] == expected).all()  # pyright: ignore[reportArgumentType]


def test_a_model_out_of_bounds_is_refused(colors: ProbeColors, random_model: Models) -> None:
    vector = to_vector(random_model())
    vector[-1] = np.nan
    with pytest.raises(ExcolorError, match="out of bounds"):
        values(from_vector(vector, 4, 16), colors.rgb)
