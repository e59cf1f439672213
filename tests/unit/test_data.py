"""The training data against plain loops, exact probabilities and docs/experiment.md, "Training set"."""

from __future__ import annotations

import colorsys
import hashlib
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from excolor import data
from excolor.data import BATCH, draw_batches, draw_colors, label_probabilities, sampling_weights, training_set

pytestmark = pytest.mark.numerical

STEPS = 3001


def by_hand() -> list[tuple[tuple[float, float, float], float]]:
    """Color and weight of every point of the 36 × 10 × 10 grid, one by one."""
    points: list[tuple[tuple[float, float, float], float]] = []
    for h, s, v in product(range(36), (i / 9 for i in range(10)), (i / 9 for i in range(10))):
        weight = (1 - v) / (10 * 36) + (1 - s) * v / 36 + s * v
        points.append((colorsys.hsv_to_rgb(h / 36, s, v), weight))
    return points


def labels_by_hand(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    r, g, b = rgb
    _, s, v = colorsys.rgb_to_hsv(r, g, b)
    return 0.5 * (r * (1 - g / 2 - b / 2)) ** 10, 0.5 * (s * v) ** 100, 0.5 * (1 - s * v) ** 10


@pytest.mark.parametrize(
    ("s", "v", "weight"),
    [
        (0, 0, Fraction(1, 360)),  # black, which the grid has 36 · 10 times
        (1, 0, Fraction(1, 360)),
        (0, 1, Fraction(1, 36)),  # white, 36 times
        (1, 1, Fraction(1)),  # a pure hue, once
        (Fraction(1, 2), Fraction(1, 2), Fraction(1, 720) + Fraction(1, 144) + Fraction(1, 4)),
        (Fraction(1, 3), Fraction(3, 4), Fraction(1, 1440) + Fraction(1, 72) + Fraction(1, 4)),
    ],
)
def test_sampling_weights_by_hand(s: float, v: float, weight: Fraction) -> None:
    for hue in (0, 0.3):
        assert sampling_weights([hue, float(s), float(v)], 36, 10) == pytest.approx(float(weight), rel=1e-14)


def test_training_set_is_the_grid_with_its_weights_as_probabilities() -> None:
    colors, probability = training_set()
    points = by_hand()
    total = sum(weight for _, weight in points)
    assert colors.shape == (3600, 3)
    np.testing.assert_allclose(colors, [rgb for rgb, _ in points], atol=1e-12)
    np.testing.assert_allclose(probability, [weight / total for _, weight in points], rtol=1e-12)


def test_alias_table_implies_the_exact_probabilities() -> None:
    share, alias = data._alias_table()  # pyright: ignore[reportPrivateUsage]
    _, probability = training_set()
    implied = [0.0] * 3600
    for column, (own, other) in enumerate(zip(share.tolist(), alias.tolist(), strict=True)):
        assert 0 <= own <= 1
        implied[column] += own / 3600
        implied[other] += (1 - own) / 3600
    # Vose's construction subtracts from a column up to some thousand times: 1e-10 is its rounding.
    np.testing.assert_allclose(implied, probability, rtol=1e-10)


def test_drawn_colors_follow_the_probabilities() -> None:
    _, probability = training_set()
    n = 4_000_000
    drawn = draw_colors((4, n // 4), np.random.default_rng(1))
    assert drawn.shape == (4, n // 4)
    expected = probability * n
    assert expected.min() > 5  # or chi-square would be no measure
    chi_square = float(((np.bincount(drawn.ravel(), minlength=3600) - expected) ** 2 / expected).sum())
    # 3599 degrees of freedom: mean 3599, standard deviation √(2 · 3599) = 85; five of them either way.
    assert abs(chi_square - 3599) < 5 * 85


def test_label_probabilities_by_hand() -> None:
    colors = [rgb for rgb, _ in by_hand()]
    red, vibrant, desaturated = label_probabilities(colors)
    expected = np.array([labels_by_hand(rgb) for rgb in colors])
    np.testing.assert_allclose(red, expected[:, 0], atol=1e-14)
    np.testing.assert_allclose(vibrant, expected[:, 1], atol=1e-12)
    np.testing.assert_allclose(desaturated, expected[:, 2], atol=1e-14)
    # To rounding: a vectorized power need not be exact even where the result is.
    assert label_probabilities([1, 0, 0]) == pytest.approx((0.5, 0.5, 0), rel=1e-12)
    assert label_probabilities([1, 1, 0]) == pytest.approx((0.5**11, 0.5, 0), rel=1e-12)
    assert label_probabilities([1, 1, 1]) == pytest.approx((0, 0, 0.5), rel=1e-12)


def test_labels_come_at_their_rates() -> None:
    drawn = draw_batches(STEPS, 0, np.random.default_rng(2))
    assert drawn.rgb.shape == (STEPS, BATCH, 3)
    assert drawn.positives("red").shape == drawn.positives("vibrant").shape == (STEPS, BATCH)
    colors, which = np.unique(drawn.rgb.reshape(-1, 3), axis=0, return_inverse=True)
    chances = np.array([labels_by_hand(tuple(rgb)) for rgb in colors.astype(np.float64).tolist()])[which]
    for labels, chance in zip(drawn.labels, chances.T, strict=True):
        label = labels.ravel()
        assert set(np.unique(label)) == {0, 1}
        for low, high in ((0, 0.1), (0.1, 0.49), (0.49, 0.51)):
            group = (chance >= low) & (chance < high)
            expected, sd = chance[group].sum(), np.sqrt((chance * (1 - chance))[group].sum())
            assert abs(label[group].sum() - expected) <= 4 * max(sd, 1)
    # The two labels of a sample are drawn apart: half of the red ones among pure reds are vibrant.
    pure = (drawn.rgb == [1, 0, 0]).all(-1)
    both, n = (drawn.positives("red") * drawn.positives("vibrant"))[pure].mean(), int(pure.sum())
    assert abs(both - 0.25) < 4 * np.sqrt(0.25 * 0.75 / n)


def test_batches_in_which_nobody_carries_a_label() -> None:
    weights = np.array([weight for _, weight in by_hand()])
    chance = (weights / weights.sum()) @ np.array([labels_by_hand(rgb) for rgb, _ in by_hand()])
    exactly = (1 - chance) ** BATCH
    # docs/experiment.md, "Training set"; were colors drawn evenly, it would be 96 % and 73 % for the first two.
    assert exactly == pytest.approx([0.856, 0.286, 0.138], abs=0.0005)
    drawn = draw_batches(STEPS, 0, np.random.default_rng(3))
    for labels, share in zip(drawn.labels, exactly, strict=True):
        nobody = float((labels.sum(1) == 0).mean())
        assert abs(nobody - share) < 4 * np.sqrt(share * (1 - share) / STEPS)


def test_a_little_label_noise_changes_only_those_labels() -> None:
    clean, noisy = (draw_batches(STEPS, noise, np.random.default_rng(4)) for noise in (0, 0.2))
    assert np.array_equal(clean.rgb, noisy.rgb)
    for before, after in (
        (clean.positives("red"), noisy.positives("red")),
        (clean.positives("vibrant"), noisy.positives("vibrant")),
    ):
        changed = float((before != after).mean())
        # A label drawn anew differs at most where either of the two is 1.
        assert 0 < changed < 0.2 * 2 * float(before.mean() + after.mean())
        assert float(after.mean()) == pytest.approx(float(before.mean()), rel=0.1)


def test_next_to_no_label_noise_changes_nothing() -> None:
    clean, noisy = (draw_batches(200, noise, np.random.default_rng(5)) for noise in (0, 1e-12))
    for name in ("rgb", "labels"):
        assert np.array_equal(getattr(clean, name), getattr(noisy, name))


def test_full_label_noise_says_nothing_about_the_color_but_is_as_frequent() -> None:
    drawn = draw_batches(STEPS, 1, np.random.default_rng(6))
    colors, probability = training_set()
    n = STEPS * BATCH
    for label, likely in zip(drawn.labels, label_probabilities(colors), strict=True):
        rate = float(probability @ likely)
        assert abs(float(label.mean()) - rate) < 4 * np.sqrt(rate * (1 - rate) / n)
        for seen in (drawn.rgb.max(-1), drawn.rgb.min(-1), *np.moveaxis(drawn.rgb, -1, 0)):
            assert abs(np.corrcoef(seen.ravel(), label.ravel())[0, 1]) < 4 / np.sqrt(n)


# SHA-256 of the colors and the labels "red" and "vibrant" of 200 batches by seed and noise, as they were drawn before
# there was a third label. Colors are multiples of 1/486, so that no rounding shows.
BEFORE = {
    (0, 0.0): "9c693e158d331ff3",
    (3, 0.0): "152eb3c736de5c76",
    (162, 0.0): "db47bcd4f5cdf37c",
    (4294967295, 0.0): "5cf512b087ee796b",
    (0, 0.1): "98650508bae0a04f",
    (7, 0.3): "c04145c0f2fbac6d",
    (5, 0.65): "95bf750f4bc4d632",
    (9, 1.0): "410be0ac16dac046",
    (1, 0.001): "0fae2a05a6d332be",
    (11, 0.5): "721a24f140abcd6e",
}


@pytest.mark.parametrize(("seed", "noise"), BEFORE)
def test_the_third_label_changes_no_draw_of_before(seed: int, noise: float, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = draw_batches(200, noise, np.random.default_rng(seed))
    whole = np.rint(drawn.rgb.astype(np.float64) * 486).astype("<i2"), drawn.labels[:2].astype("i1")
    assert hashlib.sha256(b"".join(part.tobytes() for part in whole)).hexdigest()[:16] == BEFORE[seed, noise]
    monkeypatch.setattr(data, "LABELS", data.LABELS[:2])
    alone = draw_batches(200, noise, np.random.default_rng(seed))
    assert alone.rgb.tobytes() == drawn.rgb.tobytes()
    assert alone.labels.tobytes() == drawn.labels[:2].tobytes()


def test_the_generator_is_the_only_source_of_chance() -> None:
    state = np.random.get_state()[1].copy()  # noqa: NPY002  # pyright: ignore[reportIndexIssue, reportArgumentType]
    first, again, other = (draw_batches(50, 0.3, np.random.default_rng(seed)) for seed in (7, 7, 8))
    for name in ("rgb", "labels"):
        assert getattr(first, name).dtype == np.float32
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002  # pyright: ignore[reportIndexIssue, reportArgumentType]
    assert len(first) == 50
