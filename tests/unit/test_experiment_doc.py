"""docs/experiment.md against the code: what stands in both."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch

from excolor import color, data, diagnosis, kernel, metrics, training
from excolor.color import GRAYS, HUES, hsv_grid, hsv_to_rgb, redness, vibrancy
from excolor.config import BOTTLENECKS, HIDDEN_WIDTHS, MAX_WEIGHT, RunConfig
from excolor.data import label_probabilities, sampling_weights, shares
from excolor.diagnosis import Cause, Placement, checks
from excolor.lab import probes, race, ring
from excolor.losses import TERMS
from excolor.metrics import Deletion, Intact, Metrics
from excolor.model import ColorAutoencoder
from excolor.schedule import SHIPPED, find, parse
from excolor.surgery import HUE, WARMTH
from excolor.training import LOSSES, plan

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "experiment.md").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def sections() -> dict[str, str]:
    """The text below each heading of the second level, by the heading."""
    _, *parts = re.split(r"^## (.+)$", DOC, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def said(heading: str) -> str:
    """A section as one line."""
    return " ".join(sections()[heading].split())


def table(heading: str, first: str) -> list[list[str]]:
    """The rows of the section's table whose first column has this header."""
    lines = iter(sections()[heading].splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            break
    else:
        raise AssertionError(f"no table {first!r} in {heading!r}")
    assert set(next(lines)) <= set("| -")
    rows: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def formula(heading: str, name: str) -> str:
    """The right side of the line `name = …` in one of the section's blocks of Python."""
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", sections()[heading], flags=re.DOTALL))
    (found,) = re.findall(rf"^{name} = (.+)$", blocks, flags=re.MULTILINE)
    return found


def value(heading: str, name: str, **variables: float) -> float:
    return eval(formula(heading, name), {"__builtins__": {}}, variables)


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


# Headings


# The audit


def test_the_audits_constants() -> None:
    text = said("The audit")
    assert f"{probes.FIT} to fit it, {probes.CHOOSE} to choose its settings, {probes.SCORE} to score it" in text
    assert f"evenly in [{probes.PALEST}, 1]" in text
    for name, values in (("γ", probes.WIDTHS), ("λ", probes.RIDGES)):
        (listed,) = re.findall(f"{name} in {{(.*?)}}", text)
        assert tuple(float(number) for number in listed.split(", ")) == values
    assert f"is {probes.WITHIN} above both" in text
    assert f"{ring.DIRECTIONS} colors that differ in hue alone, {ring.TONE}·(1, 1, 1) + {ring.RADIUS}·(" in text
    assert f"learning rate {race.RATE}, a fresh Adam, {race.UPDATES} updates, five seeds" in text
    assert (race.SEEDS, f"Every {race.EVERY} updates the mean MSE of {race.HUES} fully" in text) == (5, True)
    assert f"standard deviation {race.JITTER} on every" in text
    runners = [name for row in table("The audit", "runner") for name in re.findall("`(.+?)`", row[0])]
    assert runners == list(race.RUNNERS)
    assert all(f"`{fraction}`" in text for fraction in race.FRACTIONS)
    assert [row[0].strip("`") for row in table("The audit", "probe")] == ["affine", "kernel"]


# Colors and training set

COLORS = [(0.0, 0.0, 0.0), (0.2, 0.5, 0.9), (0.5, 1.0, 0.4), (0.7, 1.0, 1.0), (0.02, 0.97, 0.99)]


@pytest.mark.parametrize("hsv", COLORS)
def test_formulas_of_colors_draws_and_labels(hsv: tuple[float, float, float]) -> None:
    _, s, v = hsv
    rgb = hsv_to_rgb(hsv)
    r, g, b = rgb.tolist()
    vivid, red = value("Colors", "vibrancy", s=s, v=v), value("Colors", "redness", r=r, g=g, b=b)
    assert float(vibrancy(rgb)) == pytest.approx(vivid, abs=1e-12)
    assert float(redness(rgb)) == pytest.approx(red, abs=1e-12)
    share = value("Training set", "relative_share", s=s, v=v, n_s=10, n_h=36)
    assert float(sampling_weights(hsv, 36, 10)) == pytest.approx(share, rel=1e-12)
    expected = [
        value("Training set", "p_red", redness=red),
        value("Training set", "p_vibrant", vibrancy=vivid),
        value("Training set", "p_desaturated", vibrancy=vivid),
    ]
    assert [float(likely) for likely in label_probabilities(rgb)] == pytest.approx(expected, abs=1e-12)


def test_names_grays_and_grids() -> None:
    text = said("Colors")
    assert ", ".join(HUES) in text
    assert ", ".join(f"{name} {level:g}" for name, level in GRAYS.items()) in text
    assert f"differ by less than {color.GRAY_WITHIN}" in text
    sizes = {name: numbers(size) for name, size, _ in table("Colors", "grid")}
    for name, grid in (("training", data.TRAINING_GRID), ("full", color.FULL_GRID), ("patches", color.PATCH_GRID)):
        assert sizes[name] == [*grid, math.prod(grid)], name
    for name, levels in (("RGB", metrics.SELECTIVITY_LEVELS), ("snapshots", training.SNAPSHOT_LEVELS)):
        assert sizes[name] == [levels, levels, levels, levels**3], name


def test_shares_of_the_draws() -> None:
    rows = {
        row[0].split(" (")[0].removeprefix("other ").removesuffix("s"): row[1:]
        for row in table("Training set", "colors")
    }
    assert rows.keys() == shares().keys()
    for name, group in shares().items():
        points, distinct, drawn = rows[name]
        assert numbers(points) + numbers(distinct) == [group.points, group.distinct]
        assert numbers(drawn) == [float(f"{100 * group.drawn:.{2 if group.drawn < 0.01 else 1}f}")]
    total = sampling_weights(hsv_grid(*data.TRAINING_GRID), 36, 10).sum()
    assert f"the sum over all points, which is {total:.0f}" in said("Training set")


def test_positives_and_batches_without() -> None:
    colors, probability = data.training_set()
    red, vibrant, desaturated = (float(probability @ likely) for likely in label_probabilities(colors))
    text = said("Training set")
    assert f"{data.BATCH} independent draws" in text
    assert f"probability {100 * red:.3f} % for red and {100 * vibrant:.2f} % for vibrant" in text
    assert (
        f"is {100 * desaturated:.2f} %: {64 * desaturated:.2f} of 64, and none in {100 * (1 - desaturated) ** 64:.1f} %"
        in text
    )
    assert f"{64 * red:.3f} and {64 * vibrant:.2f} positives" in text
    assert f"{100 * (1 - red) ** 64:.1f} % for red, {100 * (1 - vibrant) ** 64:.1f} % for vibrant" in text


# Model and regularizers


def test_parameters_of_the_model() -> None:
    model = ColorAutoencoder()
    layers = [row for row in table("Model", "step") if "=" in row[2]]
    counts = [int(row[2].split("= ")[1]) for row in layers]
    modules = (model.encoder_in, model.encoder_out, model.decoder_in, model.decoder_out)
    assert counts == [sum(p.numel() for p in layer.parameters()) for layer in modules]
    assert f"**{sum(counts)} parameters**" in sections()["Model"]
    text = said("Model")
    assert f"{BOTTLENECKS.start} to {BOTTLENECKS.stop - 1} dims" in text
    assert f"{HIDDEN_WIDTHS.start} to {HIDDEN_WIDTHS.stop - 1};" in text
    assert "8H + 2DH + D + 3" in text
    for d, h in ((4, 16), (2, 64), (6, 3)):
        assert sum(p.numel() for p in ColorAutoencoder(d, h).parameters()) == 8 * h + 2 * d * h + d + 3


# What the table gives as the value per sample, in numpy.
VALUES = {
    "(‖z‖ − 1)²": lambda u: (np.linalg.norm(u, axis=1) - 1) ** 2,
    "‖u − (1, 0, 0, 0)‖²": lambda u: ((u - np.eye(4)[0]) ** 2).sum(1),
    "Σ_{j≠i} ((1 + u_i·u_j) / 2)¹⁰⁰": lambda u: (((1 + u @ u.T) / 2) ** 100 * (1 - np.eye(len(u)))).sum(1),
    "Σ_{k≥2} u_k²": lambda u: (u[:, 2:] ** 2).sum(1),
    "Σ_{k<2} u_k²": lambda u: (u[:, :2] ** 2).sum(1),
}


def test_table_of_regularizers() -> None:
    rows = {row[0]: row for row in table("Regularizers", "term")}
    assert list(rows) == [term.name for term in TERMS]
    u = np.random.default_rng(0).normal(size=(20, 4))
    unit = u / np.linalg.norm(u, axis=1, keepdims=True)
    unit[1] = unit[0] + 0.02  # two that are close
    unit[1] /= np.linalg.norm(unit[1])
    for term in TERMS:
        _, _, column, layer, label, formula, _ = rows[term.name]
        assert layer == term.layer
        assert label == getattr(term.label, "name", term.label or "–")  # a label, or its name
        given = u if layer == "z" else unit
        assert term.loss(torch.tensor(given)).numpy() == pytest.approx(VALUES[formula](given), rel=1e-6)
        # The column is read, and no other term reads it.
        sheet = f"STEP,PHASE,ACTION,lr,{column.strip('`')}\n0,,,0.1,0.5\n"
        weights = plan(RunConfig(schedule=sheet, steps=1)).weights[0].tolist()
        assert weights == [0.5 if name == term.name else 0 for name in LOSSES[: len(TERMS)]]
    assert f"option from 0 (off) to {MAX_WEIGHT:g}" in said("Regularizers")


# Schedule and training


def test_the_shipped_sheets_are_printed_as_they_are() -> None:
    printed = re.findall(r"```csv\n(.*?)```", sections()["Schedule"], flags=re.DOTALL)
    named = ("ex-2.7", "robust", "clean")  # as the text goes
    assert set(named) == set(SHIPPED)
    assert [text.strip() for text in printed] == [find(name).text.strip() for name in named]


def test_minimum_jerk_and_the_cells_of_step() -> None:
    track = parse("STEP,PHASE,ACTION,lr\n0,,,2\n100,,,5\n").tracks[0]
    for step in (0, 13, 50, 88, 100):
        assert track.at(step) == pytest.approx(2 + 3 * value("Schedule", "minimum_jerk", tau=step / 100))
    rows = {cell.strip("`"): numbers(example)[-1] for cell, _, example in table("Schedule", "cell")}
    assert {"1000", "+10", "-10", "+0.5"} <= rows.keys()
    for cell in ("+10", "+0.5"):
        assert parse(f"STEP,PHASE,ACTION,lr\n0,,,1\n{cell},,,2\n1000,,,3\n").tracks[0].steps[1] == rows[cell]


def test_training_says_what_the_code_does() -> None:
    text = said("Training")
    assert f"β₁ = {kernel.BETA1}, β₂ = {kernel.BETA2}, ε = 10⁻⁸" in text
    assert kernel.EPSILON == 1e-8
    assert f"{RunConfig().steps:,} steps, 0 … {RunConfig().steps - 1}" in text
    assert f"losses: {', '.join(LOSSES)}" in text
    assert f"{training.SNAPSHOTS} moments" in text
    assert f"u of the {training.SNAPSHOT_LEVELS**3} colors" in text


# Surgery, metrics, diagnosis


def test_dims_of_warmth_and_hue() -> None:
    assert f"*Warmth* is dims {list(WARMTH)}. *Hue* is dims {list(HUE)}." in said("Surgery")


def some_metrics() -> Metrics:
    deletion = Deletion(0.3, 0.01, 0.001, 1.0, 0.1, 0.002)
    colors = tuple((name, 0.0, 0.0, 0.001) for name in color.GRAYS)
    return Metrics(Intact(0.001, 1e-5, 1e-5, 0.34), deletion, deletion, 0.9, 0.95, False, colors)


def test_every_metric_is_defined_by_its_name_in_json() -> None:
    names = {name for row in table("Metrics", "name") for name in re.findall(r"`([\w.]+)`", row[0])}
    assert {name for name in some_metrics().to_dict() if name not in ("intact", "warmth", "hue")} <= names
    scores = {name for name in some_metrics().scores() if not name.startswith("warmth.")}
    assert names == scores | {"fails", "colors"}


def test_bounds_of_metrics() -> None:
    rows = {row[0]: row[1] for row in table("Metrics", "name")}
    assert f"Σ_{{k∈D}} u_k² ≥ {metrics.TARGET}" in rows["`hue.target_mse`"]
    assert f"Σ_{{k∈D}} u_k² ≤ {metrics.BYSTANDER}" in rows["`hue.bystander_mse`"]
    assert f"less than {color.GRAY_WITHIN}" in rows["`intact.gray_share`"]
    power, levels = metrics.SELECTIVITY_POWER, metrics.SELECTIVITY_LEVELS
    assert f"vibrancy^{power}" in rows["`selectivity`"]
    assert f"RGB {levels}³" in rows["`selectivity`"]
    bound = metrics.FAILS_ABOVE
    assert f"`intact.max_mse` > {bound} or `hue.gray_mse` > {bound}" in rows["`fails`"]
    assert f"*survives* a deletion if its MSE is at most {metrics.SURVIVES_TO}" in said("Metrics")
    quick = len(metrics.quick_grid().rgb) / len(metrics.full_grid().rgb)
    assert "about a third of the full grid" in said("Metrics")
    assert quick == pytest.approx(1 / 3, abs=0.05)


def test_checks_and_their_bounds() -> None:
    made = checks(some_metrics(), Placement(0.02, 0.1, 2.0, 1.0))
    rows = {row[0].strip("`"): row[2] for row in table("Diagnosis", "check")}
    assert list(rows) == list(made)
    for name, bound in rows.items():
        sign, number = bound.rsplit(" ", 1)
        assert float(number) == made[name].bound, name
        assert made[name].kept == (
            made[name].value <= made[name].bound if sign == "at most" else made[name].value >= made[name].bound
        )


def test_every_cause_is_in_the_table() -> None:
    rows = table("Diagnosis", "cause")
    assert {row[0] for row in rows} == {cause.value for cause in Cause}
    assert f"is above {diagnosis.GRAY_IN_PLANE}" in said("Diagnosis")


# Files
