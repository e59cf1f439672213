"""Every page, run by Streamlit's own test harness; what Start and Ablation say against `evaluate`."""

from __future__ import annotations

import ast
import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import describe, hex_to_rgb, named_colors
from excolor.metrics import (
    Deletion,
    Intact,
    Metrics,
    evaluate,
    residue,
    respond,
    survey,
)
from excolor.surgery import HUE, WARMTH, ablate, prune
from excolor.ui.words import number, percent
from tests.support.app import APP, PAGES, ROOT, app, html, sound, unfold
from tests.support.written import all_written, says

every_page = pytest.mark.parametrize("name", PAGES)


# --- what holds of every page --------------------------------------------------------------------


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


def test_the_list_of_pages_has_each_file_once_with_a_title_and_an_address_of_its_own() -> None:
    pages = calls(ast.parse(APP.read_text()), "st.Page")
    assert sorted(str(ast.literal_eval(page.args[0])) for page in pages) == [f"pages/{name}" for name in PAGES]
    for keyword in ("title", "url_path"):
        values = [ast.unparse(k.value) for page in pages for k in page.keywords if k.arg == keyword]
        assert len(set(values)) == len(pages)


@every_page
def test_a_page_first_makes_sure_of_its_frame(name: str) -> None:
    body = ast.parse((ROOT / "pages" / name).read_text()).body
    first = next(node for node in body[1:] if not isinstance(node, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "frame.require()"


@every_page
def test_a_page_opens_and_runs_again_without_complaint(name: str) -> None:
    at = app(name)
    assert len(at.title) == 1
    assert [each.value for each in at.warning] == []
    said = [element.value for element in at.markdown]
    assert said
    sound(at.run())
    assert [element.value for element in at.markdown] == said or name == "train.py"  # a run is timed


@every_page
def test_every_chart_says_in_words_what_it_shows(name: str) -> None:
    charts = [element.proto for element in app(name).get("vega_lite_chart")]
    words = [chart.alt for chart in charts]
    assert all(len(text.split()) > 5 for text in words)
    assert len(set(words)) == len(words)
    for text in words:
        assert not re.search(r"\{|\}|\bnan\b|\bNone\b", text)


@every_page
def test_prose_is_complete_and_plain(name: str) -> None:
    at = app(name)
    prose = [*(element.value for element in at.markdown), *(element.value for element in at.title), html(at)]
    for text in prose:
        text = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|array\(|tensor\(", text)
        assert "!" not in text  # sentences end quietly


# --- the checkpoints' figures --------------------------------------------------------------------


@pytest.fixture(scope="module")
def metrics() -> dict[str, Metrics]:
    return {name: evaluate(pretrained(name).run.model) for name in PRETRAINED}


# --- start ---------------------------------------------------------------------------------------


def patch_errors(at: AppTest) -> list[str]:
    """The MSE written under each of the three patches."""
    return re.findall(r"<br>MSE ([^<]+)</p>", html(at))


@pytest.mark.parametrize("model", PRETRAINED)
def test_start_shows_the_errors_that_evaluate_gives_for_every_named_color(
    model: str, metrics: dict[str, Metrics]
) -> None:
    at = app("start.py")
    sound(at.button_group("start-model").set_value(model).run())
    expected = {name: values for name, *values in metrics[model].colors}
    assert set(expected) < set(at.button_group("start-color").options)
    for name, errors in expected.items():
        sound(at.button_group("start-color").set_value(name).run())
        assert all_written(patch_errors(at), errors)  # one color at a time here, all at once there
        labels = [unescape(label) for label in re.findall(r'role="img" aria-label="([^"]+)"', html(at))]
        assert [label.partition(":")[0] for label in labels] == ["intact", "− warmth", "− hue"]
        assert all(f"answers {name} with" in label for label in labels)
        assert f"answers **{name}** with" in at.markdown[3].value
    unfold(at, "colors")
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', html(at)))
    assert rows.keys() == expected.keys()
    assert all(all_written(re.findall(r"<em>([^<]+)</em>", row), expected[name]) for name, row in rows.items())


def test_start_answers_for_any_other_color() -> None:
    at = app("start.py")
    sound(at.button_group("start-color").set_value(at.button_group("start-color").options[-1]).run())
    sound(at.color_picker("start-own").set_value("#204060").run())
    model = pretrained("robust").run.model
    rgb = hex_to_rgb("#204060")
    answers = [respond(each, rgb) for each in (model, ablate(model, WARMTH), ablate(model, HUE))]
    assert all_written(patch_errors(at), [float(answer.mse[0]) for answer in answers])
    assert f"answers **{describe(rgb[None])[0]}** with" in at.markdown[3].value


def test_the_choice_of_a_model_goes_with_the_visitor_from_page_to_page() -> None:
    at = app("start.py")
    at.button_group("start-model").set_value("ex-2.7").run()
    sound(at.switch_page("pages/ablation.py").run())
    assert at.button_group("ablation-model").value == "ex-2.7"


# --- ablation ------------------------------------------------------------------------------------

NAMES = {
    "max_mse": "maximum MSE",
    "median_mse": "median MSE",
    "gray_mse": "MSE of the grays",
    "gray_share": "outputs that are gray",
    "target_mse": "target MSE",
    "bystander_mse": "bystander MSE",
}


def unfolded() -> AppTest:
    """Ablation with all that is folded away at first."""
    at = app("ablation.py")
    for fold in ("fold-errors", "fold-spheres", "fold-tones"):
        at.session_state[fold] = True
    return sound(at.run())


def shown_columns(at: AppTest) -> list[dict[str, str]]:
    """The figures of each of the three columns by name."""
    lists = re.findall(r"<dl[^>]*>(.*?)</dl>", html(at))
    return [dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", each)) for each in lists]


def as_shown(values: Intact | Deletion) -> dict[str, str]:
    shown = dict.fromkeys(NAMES.values(), "–")
    for key, value in vars(values).items():
        shown[NAMES[key]] = (percent if key == "gray_share" else number)(value)
    return shown


def expected_column(model: str, dims: tuple[int, ...], how: str) -> dict[str, str]:
    (found,) = survey(pretrained(model).run.model, [dims])
    return as_shown(found if dims else found.whole)


@pytest.mark.parametrize("model", PRETRAINED)
def test_ablation_shows_the_figures_that_evaluate_gives(model: str, metrics: dict[str, Metrics]) -> None:
    at = app("ablation.py")
    sound(at.button_group("ablation-model").set_value(model).run())
    parts = metrics[model].intact, metrics[model].warmth, metrics[model].hue
    assert shown_columns(at) == [as_shown(part) for part in parts]
    assert [each.value for each in at.header[:3]] == ["intact", "− warmth, dims [0]", "− hue, dims [0, 1]"]


@pytest.mark.parametrize("how", ["ablate", "prune"])
@pytest.mark.parametrize("model", PRETRAINED)
def test_ablation_of_any_set_of_dims(model: str, how: str) -> None:
    at = unfolded()
    at.button_group("ablation-model").set_value(model)
    sound(at.button_group("ablation-how").set_value(how).run())
    for dims in [(), (0,), (3,), (0, 2), (1, 2, 3)]:
        sound(at.button_group("ablation-dims-4").set_value(list(dims)).run())
        assert [each.value for each in at.warning] == []
        expected = [expected_column(model, each, how) for each in ((), WARMTH, dims)]
        assert shown_columns(at) == expected
        # Three columns of patches, three curves, two views of the latents; and the brightness chart.
        assert len(at.get("vega_lite_chart")) == 3 * (1 + 3 + 2) + 1


def test_pruning_every_dim_is_said_in_a_sentence_and_ablating_every_dim_is_shown() -> None:
    at = app("ablation.py")
    at.button_group("ablation-how").set_value("prune")
    sound(at.button_group("ablation-dims-4").set_value([0, 1, 2, 3]).run())
    (warning,) = at.warning
    assert re.fullmatch(r"[A-Za-z].*every dim.*\.", warning.value)
    assert shown_columns(at) == []
    sound(at.button_group("ablation-how").set_value("ablate").run())
    assert [each.value for each in at.warning] == []
    assert shown_columns(at)[2] == expected_column("robust", (0, 1, 2, 3), "ablate")


def test_the_order_in_which_dims_are_picked_does_not_matter() -> None:
    at = app("ablation.py")
    first = shown_columns(at)
    sound(at.button_group("ablation-dims-4").set_value([1, 0]).run())
    assert shown_columns(at) == first


@pytest.mark.parametrize("dims", [(0,), (0, 1), (1, 2, 3)])
def test_ablating_and_pruning_are_compared_on_the_model_on_screen(dims: tuple[int, ...]) -> None:
    at = app("ablation.py")
    sound(at.button_group("ablation-dims-4").set_value(list(dims)).run())
    model = pretrained("robust").run.model
    (said,) = (each.value for each in at.markdown if each.value.startswith("**Ablate or prune?**"))
    apart = float(re.search(r"differ by ([\d.]+)", said)[1])  # pyright: ignore[reportOptionalSubscript]
    assert "× 10⁻" in said or apart == 0
    sizes = [sum(p.numel() for p in each.parameters()) for each in (model, prune(model, dims))]
    assert sizes == [263, 263 - 33 * len(dims)]
    assert f"{sizes[0]} parameters ablated, {sizes[1]} pruned" in said


def test_where_only_one_of_them_can_be_made_nothing_is_compared() -> None:
    at = app("ablation.py")
    for dims in ([], [0, 1, 2, 3]):
        sound(at.button_group("ablation-dims-4").set_value(dims).run())
        assert not any("Ablate or prune?" in each.value for each in at.markdown)


def test_primaries_and_secondaries_are_those_of_the_model_on_screen() -> None:
    at = unfolded()
    colors = named_colors()
    model = ablate(pretrained("robust").run.model, HUE)
    dark, light = (
        float(respond(model, [colors[name] for name in group]).rgb.mean())
        for group in (("red", "green", "blue"), ("yellow", "cyan", "magenta"))
    )
    (said,) = (each.value for each in at.markdown if each.value.startswith("With hue deleted"))
    assert says(said, "mean brightness of **{}**", dark)
    assert says(said, "with **{}**", light)
    correlation = residue(pretrained("robust").run.model, HUE).brightness_correlation
    assert any(says(each.value, "by **{}**", correlation) and "*is* tone" in each.value for each in at.markdown)
