"""Studies: which runs they have and in which order, and seeds of parameters and batches told apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from excolor import links
from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT
from excolor.model import to_vector
from excolor.studies import Study, combinations, grid
from excolor.training import batches, initial_model
from excolor.ui.words import settings


def test_more_seeds_only_add_runs_at_the_end() -> None:
    axes = (combinations(RunConfig()), grid("label-noise=0,0.5"))
    small, large = Study(RunConfig(), range(2), axes=axes), Study(RunConfig(), range(5), axes=axes)
    assert len(small) == 64
    assert list(small) == list(large)[:64]
    assert len(set(large)) == len(large) == 160


def test_the_sixteen_combinations_begin_with_all_and_end_with_none() -> None:
    config = RunConfig(weights=Weights(separate=0.5))
    found = [study.weights for study in Study(config, [7], axes=(combinations(config),))]
    assert len(set(found)) == 16
    assert found[0] == config.weights
    assert [found[-1][name] for name in EXPERIMENT] == [0, 0, 0, 0]
    assert {weights["separate"] for weights in found} == {0, 0.5}
    with pytest.raises(ExcolorError, match="weight anchor is 0; to be switched"):
        combinations(RunConfig(weights=Weights(anchor=0)))


def test_grids() -> None:
    assert [each["separate"] for each in grid("separate=0.1:10:log3")] == [0.1, 1, 10]
    assert [each["label_noise"] for each in grid("label-noise=0:0.6:lin4")] == [0, 0.2, 0.4, 0.6]
    assert grid("schedule=ex-2.7,robust") == [{"schedule": "ex-2.7"}, {"schedule": "robust"}]
    assert grid("hidden=8,16") == [{"hidden": 8}, {"hidden": 16}]
    thirds = [each["anchor"] for each in grid("anchor=0.1:10:log7")]
    assert thirds == pytest.approx([10 ** (k / 3 - 1) for k in range(7)], rel=1e-5)
    assert all(len(f"{value:g}") == len(repr(value).removesuffix(".0")) for value in thirds)


@pytest.mark.parametrize(
    "text",
    ["", "nothing=1,2", "separate", "separate=", "separate=1:2", "separate=0:1:log3", "separate=1:2:log1", "hidden=8.5",
     "separate=1:2:log9999", "separate=nan:2:lin3", "separate=1:2:3:log4", "separate=1:2:sin4", "separate=a,b",
     "schedule=mine"],
)  # fmt: skip
def test_no_grids(text: str) -> None:
    with pytest.raises(ExcolorError, match="The grid"):
        grid(text)


def test_initial_parameters_and_batches_have_seeds_of_their_own() -> None:
    study = list(Study(RunConfig(steps=3), range(3), batch_seeds=range(3)))
    assert len(set(study)) == 9
    assert study[4] == RunConfig(seed=1, steps=3)  # the very run of that seed
    for config, (batch_seed, seed) in zip(study, itertools.product(range(3), range(3)), strict=True):
        alone, other = RunConfig(seed=seed, steps=3), RunConfig(seed=batch_seed, steps=3)
        assert np.array_equal(to_vector(initial_model(config)), to_vector(initial_model(alone)))
        assert np.array_equal(batches(config).rgb, batches(other).rgb)
        assert config.is_but_for_its_seed(RunConfig(steps=3))


def test_a_batch_seed_is_absent_unless_it_is_another() -> None:
    apart = RunConfig(seed=3, batch_seed=5)
    assert "batch_seed" not in RunConfig(seed=3).to_dict()
    assert RunConfig.from_json(apart.to_json()) == apart
    assert links.query(RunConfig(seed=3)) == {"seed": "3"}
    assert links.query(apart) == {"seed": "3", "batch-seed": "5"}
    assert links.parse(links.query(apart)) == (apart, ())
    assert settings(apart) == "robust, seed 3, batches of seed 5"
    with pytest.raises(ExcolorError, match="batch_seed is -1"):
        RunConfig(batch_seed=-1)
