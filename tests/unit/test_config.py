"""Configurations: what they keep, what they refuse, and the JSON in between."""

from __future__ import annotations

import copy
import json
import math
import pickle
from dataclasses import FrozenInstanceError, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.config import MAX_SEED, MAX_STEPS, RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import TERMS

multipliers = st.floats(0, 10) | st.integers(0, 10)
configs = st.builds(
    RunConfig,
    schedule=st.text(min_size=1).filter(str.strip),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 100_000),
    bottleneck=st.integers(2, 6),
    hidden=st.integers(2, 64),
    label_noise=st.floats(0, 1) | st.integers(0, 1),
    weights=st.builds(Weights, **{term.name: multipliers for term in TERMS}),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(configs)
def test_json_round_trip(config: RunConfig) -> None:
    text = config.to_json()
    again = RunConfig.from_json(text)
    assert again == config
    assert hash(again) == hash(config)
    assert again.to_json() == text
    assert "\n" not in text
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_published_defaults() -> None:
    config = RunConfig()
    # docs/experiment.md, "Training" and "Model": steps 0 … 3000, 4 dims, 16 hidden units, weights as scheduled.
    assert (config.steps, config.bottleneck, config.hidden, config.label_noise) == (3001, 4, 16, 0)
    usual = dict.fromkeys(("unitarity", "anchor", "separate", "planarity"), 1.0)
    assert config.weights == Weights() == usual | {"neutrality": None}
    assert RunConfig.from_json("{}") == config
    assert RunConfig.from_json('{"weights": {"anchor": 0}}').weights == Weights(anchor=0)


def test_configurations_are_values() -> None:
    assert len({RunConfig(), RunConfig(seed=0), RunConfig(seed=1), RunConfig(weights=Weights(anchor=2))}) == 3
    # A whole number is the same multiplier as its float, and is written alike.
    assert RunConfig(weights=Weights(separate=2)).to_json() == RunConfig(weights=Weights(separate=2.0)).to_json()
    assert RunConfig(label_noise=1).to_json() == RunConfig(label_noise=1.0).to_json()
    with pytest.raises(FrozenInstanceError):
        RunConfig().seed = 1  # pyright: ignore[reportAttributeAccessIssue]


def test_weights_are_a_mapping_in_the_order_of_the_terms_and_a_value() -> None:
    weights = Weights(planarity=3, unitarity=0.5)
    usual = {"unitarity": 0.5, "anchor": 1.0, "separate": 1.0, "planarity": 3.0, "neutrality": None}
    assert list(weights.items()) == list(usual.items())
    assert (weights.planarity, weights["planarity"], len(weights)) == (3.0, 3.0, 5)
    for order in permutations(weights):
        assert Weights(**{name: weights[name] for name in order}) == weights
        assert hash(Weights(**{name: weights[name] for name in order})) == hash(weights)
    assert {weights: 1}[Weights(unitarity=0.5, planarity=3.0)] == 1
    assert eval(repr(weights)) == weights
    for copied in (copy.copy(weights), copy.deepcopy(weights), pickle.loads(pickle.dumps(weights))):
        assert copied == weights
        assert hash(copied) == hash(weights)
    assert not hasattr(weights, "planar")
    with pytest.raises(KeyError):
        weights["planar"]
    with pytest.raises(ExcolorError, match="'planar'; it knows unitarity, anchor, separate, planarity, neutrality"):
        Weights(planar=1)


def test_what_the_schedule_decides_is_not_written_down() -> None:
    left_to_it, chosen = RunConfig(), RunConfig(weights=Weights(neutrality=0))
    assert set(left_to_it.to_dict()["weights"]) == {"unitarity", "anchor", "separate", "planarity"}
    assert chosen.to_dict()["weights"]["neutrality"] == 0
    assert left_to_it != chosen
    for config in (left_to_it, chosen):
        assert RunConfig.from_json(config.to_json()) == config
    assert RunConfig.from_json('{"weights": {"neutrality": null}}') == left_to_it
    with pytest.raises(ExcolorError, match="^weight anchor is None"):
        Weights(anchor=None)


def test_a_configuration_takes_any_mapping_of_weights() -> None:
    config = RunConfig(weights={"anchor": 0})  # pyright: ignore[reportArgumentType]
    assert config == RunConfig(weights=Weights(anchor=0))
    assert hash(config) == hash(RunConfig(weights=Weights(anchor=0)))
    assert isinstance(config.weights, Weights)
    assert replace(config, seed=1).weights == config.weights
    for given_ in ({"planar": 1}, {"anchor": 11}, {1: 1.0}):
        with pytest.raises(ExcolorError):
            RunConfig(weights=given_)  # pyright: ignore[reportArgumentType]


NOT_WHOLE = [1.0, math.nan, True, None, "3", [1]]
OUT_OF_RANGE: dict[str, list[object]] = {
    "schedule": ["", "  \n", None, 3, ["robust"]],
    "seed": [-1, 2**32, *NOT_WHOLE],
    "steps": [0, 100_001, 10**400, *NOT_WHOLE],
    "bottleneck": [1, 7, *NOT_WHOLE],
    "hidden": [1, 65, *NOT_WHOLE],
    "label_noise": [-0.001, 1.001, math.nan, math.inf, True, None, "0.5", 10**400],
    "weights": [None, 1.0, [("anchor", 1.0)], (1, 1, 1, 1)],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in OUT_OF_RANGE.items() for v in values])
def test_every_range_is_refused_by_name(name: str, value: object) -> None:
    arguments: dict[str, Any] = {name: value}
    with pytest.raises(ExcolorError, match=f"^(The )?{name} is "):
        RunConfig(**arguments)
    with pytest.raises(ExcolorError, match=f"^(The )?{name} is "):
        replace(RunConfig(), **arguments)


@pytest.mark.parametrize("name", ["unitarity", "anchor", "separate", "planarity", "neutrality"])
@pytest.mark.parametrize("value", [-0.1, 10.1, math.nan, -math.inf, False, "1", 10**400])
def test_every_multiplier_is_refused_by_name(name: str, value: object) -> None:
    arguments: dict[str, Any] = {name: value}
    with pytest.raises(ExcolorError, match=f"^weight {name} is .* from 0 to 10"):
        Weights(**arguments)
    with pytest.raises(ExcolorError, match=f"^weight {name} is "):
        RunConfig.from_dict({"weights": arguments})


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": 0, "steps": 1, "bottleneck": 2, "hidden": 2, "label_noise": 0},
        {"seed": MAX_SEED, "steps": MAX_STEPS, "bottleneck": 6, "hidden": 64, "label_noise": 1},
    ],
)
def test_the_ends_of_every_range_are_in_it(arguments: dict[str, Any]) -> None:
    assert {name: getattr(RunConfig(**arguments), name) for name in arguments} == arguments
    assert Weights(unitarity=0, anchor=10) == Weights(unitarity=0.0, anchor=10.0)


HOSTILE = {
    "nothing": ("", "not JSON"),
    "half": ('{"seed": 1', "not JSON"),
    "not a number": ('{"label_noise": NaN}', "label_noise is nan"),
    "infinite": ('{"weights": {"anchor": 1e999}}', "weight anchor is inf"),
    "five thousand digits": ('{"steps": ' + "9" * 5000 + "}", "not JSON"),
    "four hundred digits": ('{"label_noise": ' + "9" * 400 + "}", "label_noise is 9"),
    "deep": ("[" * 100_000, "not JSON"),
    "deep value": ('{"schedule": ' + "[" * 400 + "]" * 400 + "}", "schedule is"),
    "list": ("[1, 2]", "is list; it must map"),
    "null": ("null", "is NoneType; it must map"),
    "unknown name": ('{"sede": 1}', "'sede'; it knows schedule, seed"),
    "dunder": ('{"__class__": 1}', "'__class__'"),
    "weights list": ('{"weights": [1]}', "weights is list"),
    "unknown weight": ('{"weights": {"planar": 1}}', "'planar'; it knows unitarity"),
    "long name": ('{"' + "x" * 10_000 + '": 1}', r"'x{40}…'; it knows"),
}


@pytest.mark.parametrize(("text", "says"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused(text: str, says: str) -> None:
    with pytest.raises(ExcolorError, match=says):
        RunConfig.from_json(text)


@given(st.dictionaries(st.sampled_from([*OUT_OF_RANGE, "other"]), json_values) | json_values)
def test_any_json_is_a_configuration_or_an_excolor_error(values: object) -> None:
    try:
        config = RunConfig.from_json(json.dumps(values))
    except ExcolorError:
        return
    assert RunConfig.from_json(config.to_json()) == config
    assert isinstance(values, dict)
    assert all(name in config.to_dict() for name in values)
