"""What holds of every chart: valid by Vega-Lite's own schema, and what a textbook asks of a figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import altair as alt
import jsonschema
import pyarrow.types as kinds
import pytest

from excolor.charts import latents, patches
from excolor.charts.base import GROUND
from tests.support.charts import ANSWERS, CHARTS, HEX, ends, fields, layers, on_rows, texts, views

# Patches in the order in which they were drawn have no place on a scale.
WITHOUT_AXIS = {("batch", "x"), ("batch", "y"), ("positives", "x")}
every_chart = pytest.mark.parametrize("name", CHARTS)


@pytest.fixture(scope="module")
def vega_lite() -> jsonschema.Draft7Validator:
    (path,) = Path(alt.__file__).parent.glob("vegalite/v*/schema/vega-lite-schema.json")
    return jsonschema.Draft7Validator(json.loads(path.read_text()))


@every_chart
def test_a_specification_is_vega_lite_survives_json_and_is_built_once(
    name: str, vega_lite: jsonschema.Draft7Validator
) -> None:
    spec = CHARTS[name][0]()
    vega_lite.validate(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert CHARTS[name][0]() is spec
    assert not vega_lite.is_valid({**spec, "config": {"axis": {"labelFontSize": "large"}}})


@every_chart
def test_data_and_theme_are_left_to_the_page(name: str) -> None:
    spec = CHARTS[name][0]()
    assert "datasets" not in spec  # the page fills it, and so would overwrite it
    # The theme is the page's, but for the size of what is written at axes, and for its ink where the axes are painted:
    # the page's style sheet does not reach there.
    painted = spec.get("usermeta") == {"embedOptions": {"renderer": "canvas"}}
    ink = {"labelColor", "titleColor"} if painted else set()
    assert {name: set(parts) for name, parts in spec["config"].items()} == {
        "axis": {"labelFontSize", "titleFontSize"} | ink
    }
    assert spec["config"]["axis"]["labelFontSize"] >= 14  # pixels: the back of a room reads it off a projector
    assert list(on_rows(spec))
    for _encoding, layer in layers(spec):
        assert layer["data"] in ({"name": "rows"}, {"name": "mark"}) or set(layer["data"]) == {"sequence"}


@every_chart
def test_axes_have_one_title_each_and_a_domain_that_no_row_changes(name: str) -> None:
    for view in views(CHARTS[name][0]()):
        assert view.get("resolve") is None
        for axis in ("x", "y"):
            # Layers share a scale and an axis: several titles would be joined by a comma, several domains united.
            drawn = [encoding[axis] for encoding, _ in layers(view) if axis in encoding]
            titles = {each["title"] for each in drawn if each.get("title") and each.get("axis", True)}
            assert len(titles) == (0 if (name, axis) in WITHOUT_AXIS else 1)
            domains = [d["scale"]["domain"] for d in drawn if "domain" in (d.get("scale") or {})]
            assert domains
            assert all(domain == domains[0] for domain in domains)
            assert all(isinstance(end, int | float | str) for end in ends(domains[0], 300, 200))


@every_chart
def test_every_column_that_is_drawn_is_in_the_table_of_its_kind_and_no_other(name: str) -> None:
    make_spec, make_table = CHARTS[name]
    spec, table = make_spec(), make_table()
    used: set[str] = {f for each in spec.get("params", []) for f in each.get("select", {}).get("fields", [])} - {"turn"}
    for encoding, layer in on_rows(spec):
        transforms = layer.get("transform", [])
        made = {each["as"] for each in transforms if isinstance(each.get("as"), str)}
        used |= set(re.findall(r"datum\.(\w+)", json.dumps(transforms))) - made
        for channel, definition in fields(encoding):
            field = definition["field"]
            if field in made:
                continue
            used.add(field)
            kind = table.schema.field(field).type
            if definition.get("type") == "nominal":
                assert kinds.is_string(kind) or kinds.is_boolean(kind) or kinds.is_integer(kind), channel
            else:
                assert kinds.is_floating(kind) or kinds.is_integer(kind), channel
    assert set(table.column_names) == used


@every_chart
def test_the_only_color_is_data(name: str) -> None:
    for code in HEX.findall(json.dumps(CHARTS[name][0]())):
        assert code[1:3] == code[3:5] == code[5:7]


@pytest.mark.parametrize("name", ANSWERS)
def test_color_is_never_the_only_carrier(name: str) -> None:
    make_spec, make_table = CHARTS[name]
    table, told = make_table(), []
    for encoding, _layer in on_rows(make_spec()):
        if any(channel in ("fill", "color") for channel, _ in fields(encoding)):
            words = [d["field"] for channel, d in fields(encoding) if channel == "tooltip" and d["type"] == "nominal"]
            said = [table.column(word).to_pylist() for word in words]
            told.append(any(any(text and not HEX.fullmatch(text) for text in column) for column in said))
    # Where the true color lies inside the answer, the pointer meets one mark, which speaks for both.
    assert told.count(True) == 1 if name.startswith(("patches", "latents")) else all(told) and told


@pytest.mark.parametrize("spec", [patches.spec(), *map(latents.spec, latents.VIEWS)])
def test_colors_sit_on_one_ground(spec: dict[str, Any]) -> None:
    assert spec["view"] == {"fill": GROUND, "stroke": None}


@pytest.mark.parametrize("name", ["batch", "positives", "label probability hue", "label probability saturation"])
def test_marks_that_are_colors_sit_on_the_ground_carry_their_code_and_are_named(name: str) -> None:
    spec, table = CHARTS[name][0](), CHARTS[name][1]()
    assert spec["view"] == {"fill": GROUND, "stroke": None}
    assert all(HEX.fullmatch(code) for code in texts(table, "true"))
    assert all(re.fullmatch(r"[a-z ]+", word) for word in texts(table, "name"))
