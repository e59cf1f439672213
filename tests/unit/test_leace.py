"""LEACE by what it promises (Belrose et al. 2023): nothing linear is left, and as little as possible is changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from excolor.checkpoint import load
from excolor.errors import ExcolorError
from excolor.lab.leace import concept, erased, fit_eraser, hue_eraser, labeled_colors, pool
from excolor.metrics import respond
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE, ablate

pytestmark = pytest.mark.numerical

Models = Callable[..., ColorAutoencoder]


def cross_covariance(x: np.ndarray, c: np.ndarray) -> np.ndarray:
    return (x - x.mean(0)).T @ (c - c.mean(0)) / len(x)


@pytest.mark.parametrize("name", ["robust", "ex-2.7", "clean"])
def test_no_cross_covariance_is_left(name: str) -> None:
    model, rgb = load(name).run.model, pool("all")
    u, c = respond(model, rgb).u.astype(np.float64), concept(rgb)
    assert np.abs(cross_covariance(u, c)).max() > 0.05
    assert np.abs(cross_covariance(hue_eraser(model, rgb)(u), c)).max() < 1e-6


def test_latents_without_full_rank_are_erased_too(random_model: Models) -> None:
    model, rgb = ablate(random_model(gain=2), HUE), pool("vivid")
    u = respond(model, rgb).u
    after = hue_eraser(model, rgb)(u)
    assert np.abs(cross_covariance(after, concept(rgb))).max() < 1e-6
    assert (after[:, :2] == 0).all()


def test_it_is_the_smallest_change() -> None:
    # By definition r minimizes E‖W(r(x) − x)‖²: what changes is, whitened, the orthogonal projection on what tells c.
    generator = np.random.default_rng(0)
    x = generator.normal(size=(500, 4)) @ generator.normal(size=(4, 4))
    c = x[:, :2] @ generator.normal(size=(2, 2)) + generator.normal(size=(500, 2))
    eraser = fit_eraser(x, c)
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    whiten, color = vectors / np.sqrt(values) @ vectors.T, vectors * np.sqrt(values) @ vectors.T
    projection = whiten @ eraser.matrix @ color
    assert projection @ projection == pytest.approx(projection, abs=1e-9)
    assert (projection - projection.T) == pytest.approx(0, abs=1e-9)
    assert np.trace(projection) == pytest.approx(2)
    assert eraser(x).mean(0) == pytest.approx(x.mean(0))


def test_nothing_is_erased_where_nothing_is_told() -> None:
    x = np.random.default_rng(0).normal(size=(100, 3))
    assert fit_eraser(x, np.ones((100, 2)))(x) == pytest.approx(x)
    assert fit_eraser(x[:1], np.ones((1, 2)))(x) == pytest.approx(x)
    assert fit_eraser(np.zeros((5, 3)), np.eye(5)[:, :2])(x) == pytest.approx(x)


def test_the_concept_is_vibrancy_on_the_circle() -> None:
    rgb = [[1, 0, 0], [0, 0.5, 0.5], [0.3, 0.3, 0.3], [0.5, 0.5, 0.25]]
    expected = [[1, 0], [-0.5, 0], [0, 0], [0.125, 0.25 * np.sin(np.pi / 3)]]
    assert concept(rgb) == pytest.approx(np.array(expected), abs=1e-12)


def test_the_erased_model_decodes_the_erased_latents(random_model: Models) -> None:
    model = random_model(gain=2)
    before = [parameter.clone() for parameter in model.parameters()]
    eraser, rgb = hue_eraser(model, pool("all")), np.random.default_rng(0).random((40, 3))
    copy = erased(model, eraser)
    seen = respond(model, rgb)
    with torch.no_grad():
        expected = model.decode(torch.tensor(eraser(seen.u), dtype=torch.float32)).clamp(0, 1).numpy()
    assert respond(copy, rgb).rgb == pytest.approx(expected, abs=1e-5)
    assert (respond(copy, rgb).u == seen.u).all()
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_labeled_colors_are_drawn_from_their_pool() -> None:
    assert (len(pool("all")), len(pool("vivid"))) == (3600, 900)
    assert pool("vivid").max(1).min() == pytest.approx(5 / 9)
    some = labeled_colors("all", 100, np.random.default_rng(1))
    assert some.shape == (100, 3)
    assert (some == labeled_colors("all", 100, np.random.default_rng(1))).all()
    whole = labeled_colors("vivid", 900, np.random.default_rng(1))
    assert np.unique(whole, axis=0) == pytest.approx(np.unique(pool("vivid"), axis=0))


@pytest.mark.parametrize("n", [0, -1, 901])
def test_more_labels_than_colors_are_refused(n: int) -> None:
    with pytest.raises(ExcolorError, match="from 1 to 900"):
        labeled_colors("vivid", n, np.random.default_rng(0))
