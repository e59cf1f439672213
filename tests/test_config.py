"""Configurations: what they keep, what they refuse, and the JSON in between."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.config import MAX_SEED, MAX_STEPS, RunConfig, Weights
from excolor.errors import ExcolorError

multipliers = st.floats(0, 10) | st.integers(0, 10)
configs = st.builds(
    RunConfig,
    schedule=st.text(min_size=1).filter(str.strip),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 100_000),
    bottleneck=st.integers(2, 6),
    hidden=st.integers(2, 64),
    label_noise=st.floats(0, 1) | st.integers(0, 1),
    weights=st.builds(Weights, multipliers, multipliers, multipliers, multipliers),
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
    assert config.weights == Weights(1, 1, 1, 1)
    assert RunConfig.from_json("{}") == config
    assert RunConfig.from_json('{"weights": {"anchor": 0}}').weights == Weights(anchor=0)


def test_configurations_are_values() -> None:
    assert len({RunConfig(), RunConfig(seed=0), RunConfig(seed=1), RunConfig(weights=Weights(anchor=2))}) == 3
    # A whole number is the same multiplier as its float, and is written alike.
    assert RunConfig(weights=Weights(separate=2)).to_json() == RunConfig(weights=Weights(separate=2.0)).to_json()
    assert RunConfig(label_noise=1).to_json() == RunConfig(label_noise=1.0).to_json()
    with pytest.raises(FrozenInstanceError):
        RunConfig().seed = 1  # pyright: ignore[reportAttributeAccessIssue]


NOT_WHOLE = [1.0, math.nan, True, None, "3", [1]]
OUT_OF_RANGE: dict[str, list[object]] = {
    "schedule": ["", "  \n", None, 3, ["robust"]],
    "seed": [-1, 2**32, *NOT_WHOLE],
    "steps": [0, 100_001, 10**400, *NOT_WHOLE],
    "bottleneck": [1, 7, *NOT_WHOLE],
    "hidden": [1, 65, *NOT_WHOLE],
    "label_noise": [-0.001, 1.001, math.nan, math.inf, True, None, "0.5", 10**400],
    "weights": [None, 1.0, {"anchor": 1.0}, (1, 1, 1, 1)],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in OUT_OF_RANGE.items() for v in values])
def test_every_range_is_refused_by_name(name: str, value: object) -> None:
    arguments: dict[str, Any] = {name: value}
    with pytest.raises(ExcolorError, match=f"^{name} is "):
        RunConfig(**arguments)
    with pytest.raises(ExcolorError, match=f"^{name} is "):
        replace(RunConfig(), **arguments)


@pytest.mark.parametrize("name", ["unitarity", "anchor", "separate", "planarity"])
@pytest.mark.parametrize("value", [-0.1, 10.1, math.nan, -math.inf, False, None, "1", 10**400])
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
    assert Weights(0, 10, 0, 10) == Weights(0.0, 10.0, 0.0, 10.0)


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
