"""What the regularizers push in a batch of a run, against closed forms and what the compiled kernel recorded."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from excolor.losses import EXPERIMENT, TERMS, Term
from excolor.model import to_vector
from excolor.pushes import AHEAD, at_work, moment, push
from excolor.training import Run, batches, initial_model, train
from tests.support.charts import at_the_start

pytestmark = pytest.mark.numerical
every_term = pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)


@pytest.fixture(scope="module")
def run() -> Run:
    return train(seed=1, steps=600)


def term(name: str) -> Term:
    return next(term for term in TERMS if term.name == name)


def along(force: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.float64]:
    return force - (force * u).sum(-1, keepdims=True) * u


# --- pushes, against closed forms ------------------------------------------------------------------


@pytest.fixture(scope="module")
def u() -> NDArray[np.float64]:
    drawn = np.random.default_rng(0).normal(size=(8, 4))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


LABEL = np.array([1, 0, 0, 1, 0, 1, 0, 0], np.float64)


def test_only_carriers_of_the_label_are_pushed_and_they_share_it(u: NDArray[np.float64]) -> None:
    value, pushes = push(term("anchor"), u, LABEL)
    away = u - [1, 0, 0, 0]
    assert value == pytest.approx((away**2).sum(1) @ LABEL / 3)
    assert pushes == pytest.approx(along(-2 * away, u) * LABEL[:, None] / 3)
    value, pushes = push(term("planarity"), u, LABEL)
    outside = u * [0, 0, 1, 1]
    assert value == pytest.approx((outside**2).sum(1) @ LABEL / 3)
    assert pushes == pytest.approx(along(-2 * outside, u) * LABEL[:, None] / 3)


def test_without_a_carrier_a_term_says_nothing(u: NDArray[np.float64]) -> None:
    for each in TERMS:
        if each.label:
            value, pushes = push(each, u, np.zeros(8))
            assert value == 0
            assert not pushes.any()


def test_lengths_are_pushed_to_1_by_each_of_all(u: NDArray[np.float64]) -> None:
    length = np.linspace(0.2, 1.6, 8)[:, None]
    value, pushes = push(term("unitarity"), u * length)
    assert value == pytest.approx(((length - 1) ** 2).mean())
    assert pushes == pytest.approx(-2 * (length - 1) * u / 8)


def test_neighbors_are_pushed_apart(u: NDArray[np.float64]) -> None:
    near = u.copy()
    near[1] = near[0] + 0.2 * near[1]
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    value, pushes = push(term("separate"), near)
    cosine = near @ near.T
    others = 1 - np.eye(8)
    assert value == pytest.approx((((1 + cosine) / 2) ** 100 * others).sum() / 8)
    # Each pair is counted twice, once from either side.
    slope = 2 * 50 * ((1 + cosine) / 2) ** 99 * others / 8
    assert pushes == pytest.approx(along(-slope @ near, near))
    assert pushes[0] @ (near[1] - near[0]) < 0


# --- a moment of a run -----------------------------------------------------------------------------


@every_term
@pytest.mark.parametrize("share", [0, 0.1, 0.5])
def test_the_value_on_the_next_batch_is_the_one_that_the_kernel_recorded(term: Term, share: float, run: Run) -> None:
    now = moment(run, share)
    recorded = run.history.losses[now.done][TERMS.index(term)]
    assert at_work(term, now, 0).value == pytest.approx(0 if math.isnan(recorded) else recorded, rel=1e-3, abs=1e-5)


def test_a_moment_is_the_run_after_a_share_of_its_updates(run: Run) -> None:
    start, tenth, half, end = (moment(run, share) for share in (0, 0.1, 0.5, 1))
    assert (start.parameters == to_vector(initial_model(run.config))).all()
    assert end.parameters is run.parameters
    assert [start.done, end.done] == [0, 600]
    for found, wanted in ((tenth, 60), (half, 300)):
        assert wanted <= found.done <= wanted + 11  # the next of sixty snapshots
    drawn = batches(run.config)
    for now in (start, tenth, half, end):
        for ahead in (0, 1, AHEAD - 1):
            number = now.number(ahead)
            assert (now.batches.rgb[ahead] == drawn.rgb[number - 1]).all()
            assert (now.batches.labels[:, ahead] == drawn.labels[:, number - 1]).all()
    assert [start.number(0), end.number(0)] == [1, 1]  # beyond the end they begin again
    assert list(end.weights) == [term.name for term in TERMS]
    assert set(end.weights.values()) == {0.0}
    assert min(tenth.weights[name] for name in EXPERIMENT) > 0


def test_the_next_batch_with_a_label_is_the_first_that_has_it(run: Run) -> None:
    now = moment(run, 0)
    for label in ("red", "vibrant"):
        positive = now.batches.positives(label).any(1)
        for first in (0, 7, AHEAD - 1):
            found = now.next_with(label, first)
            assert positive[found]
            assert not np.roll(positive, -first)[: (found - first) % AHEAD].any()
    labels = np.zeros_like(now.batches.labels)
    nobody = replace(now, batches=replace(now.batches, labels=labels))
    assert nobody.next_with("red", 7) == 7


def test_a_run_that_stopped_early_ends_there() -> None:
    stopped = train(steps=600, progress=(done := [0]).append, cancelled=lambda: done[-1] >= 200)
    assert stopped.stopped
    assert moment(stopped, 1).done == stopped.stopped.step


@every_term
def test_a_narrow_network_is_pushed_like_any_other(term: Term) -> None:
    now = moment(train(steps=60, bottleneck=2), 0.5)
    work = at_work(term, now, 0)
    assert work.latents.shape == work.pushes.shape == (64, 2)
    assert np.isfinite(work.pushes).all()


def test_who_is_pushed_carries_the_label() -> None:
    work = at_the_start("anchor")
    assert 0 < work.carriers.sum() < 64
    assert ((work.strength > 0) <= work.carriers).all()
