"""Gray floor and ring against their analytic values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from excolor.color import named_colors
from excolor.lab.ring import below_gray_floor, gray_floor, ring_colors, ring_spread
from excolor.metrics import Response
from excolor.model import ColorAutoencoder, from_vector

pytestmark = pytest.mark.numerical

Answer = Callable[[np.ndarray], np.ndarray]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], ColorAutoencoder]:
    """A model that answers as it is told."""

    def make(answer: Answer) -> ColorAutoencoder:
        def respond(model: ColorAutoencoder, rgb: np.ndarray) -> Response:
            said = answer(np.asarray(rgb))
            nothing = np.empty((len(said), 0), np.float32)
            return Response(nothing, nothing, said, np.square(said - rgb).mean(1))

        monkeypatch.setattr("excolor.lab.ring.respond", respond)
        return ColorAutoencoder()

    return make


def gray(rgb: np.ndarray) -> np.ndarray:
    return np.repeat(rgb.mean(1, keepdims=True), 3, axis=1)


def test_floors_of_named_colors() -> None:
    floors = {name: float(gray_floor(rgb)) for name, rgb in named_colors().items()}
    expected = {"red": 2 / 9, "cyan": 2 / 9, "orange": 1 / 6, "chartreuse": 1 / 6, "white": 0, "gray": 0}
    assert {name: floors[name] for name in expected} == pytest.approx(expected)


def test_no_gray_answer_is_below_the_floor() -> None:
    rgb = np.random.default_rng(0).random((50, 3))
    levels = np.linspace(0, 1, 101)[:, None, None]
    assert (np.square(rgb - levels).mean(-1).min(0) >= gray_floor(rgb) - 1e-12).all()
    assert np.square(rgb - gray(rgb)).mean(-1) == pytest.approx(gray_floor(rgb))


def test_a_tint_is_below_the_floor_and_the_best_gray_is_not(answering: Callable[[Answer], ColorAutoencoder]) -> None:
    assert below_gray_floor(answering(gray)) == ()
    assert below_gray_floor(answering(lambda rgb: gray(rgb).astype(np.float32))) == ()
    hues = [name for name, rgb in named_colors().items() if np.ptp(rgb) > 0]
    assert list(below_gray_floor(answering(lambda rgb: 0.9 * gray(rgb) + 0.1 * rgb))) == hues


def test_the_ring_is_of_one_tone_and_one_radius() -> None:
    ring = ring_colors()
    assert ring.shape == (24, 3)
    assert (ring.min(), ring.max()) > (0, 0)
    assert ring.max() < 1
    assert ring.mean(1) == pytest.approx(np.full(24, 0.5))
    assert np.linalg.norm(ring - 0.5, axis=1) == pytest.approx(np.full(24, 0.4))


@pytest.mark.parametrize(
    ("answer", "spread"),
    [
        (lambda rgb: rgb, 0.4),
        (gray, 0),
        (lambda rgb: 0.5 + (rgb - 0.5) / 4, 0.1),
        # One of two coordinates left: the root of half the square.
        (lambda rgb: 0.5 + np.outer((rgb - 0.5) @ [1, -1, 0], [1, -1, 0]) / 2, 0.4 / 2**0.5),
    ],
    ids=["intact", "gray", "a quarter", "one coordinate"],
)
def test_spread(answer: Answer, spread: float, answering: Callable[[Answer], ColorAutoencoder]) -> None:
    assert ring_spread(answering(answer)) == pytest.approx(spread, abs=1e-9)


def test_a_model_of_zeros_gives_one_answer() -> None:
    model = from_vector(np.zeros(263, np.float32), 4, 16)
    assert ring_spread(model) == 0
