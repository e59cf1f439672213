"""The audit: its JSON, which is a contract, and what holds of `robust` (docs/experiment.md, "The audit")."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from excolor import RunConfig, audit, train, with_seeds
from excolor.checkpoint import load
from excolor.cli import main
from excolor.color import named_colors
from excolor.errors import ExcolorError
from excolor.lab.audit import Audit, light_audit
from excolor.lab.many import audited_sweep, summarize_audits
from excolor.lab.probes import draw_colors, read, read_chance, values
from excolor.lab.race import RUNNERS, SEEDS
from excolor.lab.ring import ring_spread
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import HUE, WARMTH, ablate

pytestmark = pytest.mark.numerical

Run = Callable[..., Any]
Models = Callable[..., ColorAutoencoder]
FAST = ["--steps", "40"]
SITES = ["z", "z_norm", "u", "output"]


@pytest.fixture(scope="module")
def without_hue() -> Audit:
    return audit(load("robust").run.model, HUE)


@pytest.fixture(scope="module")
def without_warmth() -> Audit:
    return light_audit(load("robust").run.model, WARMTH, np.random.default_rng(0))


def kernel_at(found: Audit, site: Any) -> tuple[float, ...]:
    return found.probes["deleted"][site].kernel.scores


# The contract


def check_ladder(ladder: dict[str, Any]) -> None:
    assert list(ladder) == ["affine", "kernel"]
    for scores in ladder.values():
        assert len(scores) == 3
        assert max(scores) <= 1


def check_audit(said: dict[str, Any], sites: list[str]) -> None:
    keys = ["dims", "probes", "floors", "below_gray_floor", "ring", "relearning", "leace"]
    assert list(said) == [key for key in keys if key != "relearning" or key in said]
    assert list(said["probes"]) == list(said["ring"]) == ["intact", "deleted"]
    for state in said["probes"].values():
        assert list(state) == sites
        for ladder in state.values():
            check_ladder(ladder)
    assert list(said["floors"]) == ["shuffled", "brightness"]
    for ladder in said["floors"].values():
        check_ladder(ladder)
    assert set(said["below_gray_floor"]) <= set(named_colors())
    assert list(said["leace"]) == ["affine", "kernel", "gray_mse", "gray_share"]
    if "relearning" in said:
        assert list(said["relearning"]) == list(RUNNERS)
        for reached in said["relearning"].values():
            assert list(reached) == ["half", "tenth", "hundredth"]
            for seeds in reached.values():
                assert len(seeds) == SEEDS
                assert all(each is None or (isinstance(each, int) and 0 <= each <= 3000) for each in seeds)


def test_the_command_prints_the_audit_of_a_seed(run_json: Run, without_hue: Audit) -> None:
    said = run_json("audit", "robust")
    check_audit(said, SITES)
    assert said["dims"] == [0, 1]
    assert said == without_hue.to_dict()


def test_the_tables_say_what_the_audit_says(
    without_hue: Audit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("excolor.cli.audit", lambda *_: without_hue)
    assert main(["audit"]) == 0
    said = capsys.readouterr().out
    assert f"{without_hue.probes['deleted']['u'].kernel.scores[2]:.2f}" in said
    assert "Before normalization, the deletion leaves the kernel probe more than its floors." in said
    left = "more than its floors" if without_hue.more_than_floors("u") else "nothing beyond its floors"
    assert f"After normalization, it leaves it {left}." in said
    for name in without_hue.below_gray_floor:
        assert name in said
    assert "never" in said


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["--dims", "4"], 1, "dims has 4"),
        (["--dims", "1,1"], 1, "name each dim once"),
        (["--dims", ""], 2, "names no dims"),
        (["--dims", "a"], 2, "names no dims"),
        (["--dims", "-1"], 2, "dims"),
        (["--seed", "-1"], 2, "whole number from 0"),
        (["nothing"], 1, "nothing"),
    ],
)
def test_bad_arguments_are_said_in_one_line(arguments: list[str], code: int, reason: str, refused: Run) -> None:
    found, line = refused("audit", *arguments)
    assert (found, reason in line) == (code, True), line


def test_an_audit_of_nothing_or_of_a_diverged_model_is_refused(random_model: Models) -> None:
    with pytest.raises(ExcolorError, match="dims is empty"):
        audit(random_model(), ())
    vector = to_vector(random_model())
    vector[3] = np.inf
    with pytest.raises(ExcolorError, match="out of bounds"):
        audit(from_vector(vector, 4, 16), HUE)


@pytest.mark.parametrize(("bottleneck", "dims"), [(2, (0, 1)), (6, (5, 0, 2))])
def test_every_width_has_an_audit(bottleneck: int, dims: tuple[int, ...], random_model: Models) -> None:
    model = random_model(bottleneck=bottleneck, hidden=5, gain=2)
    found = light_audit(model, dims, np.random.default_rng(0))
    check_audit(found.to_dict(), ["z", "u"])
    assert found.dims == dims
    if len(dims) == bottleneck:
        assert max(kernel_at(found, "u")) <= 0
        assert found.ring["deleted"] == 0
        assert not found.more_than_floors("z")


def test_a_light_audit_is_a_part_of_the_whole(without_hue: Audit, without_warmth: Audit) -> None:
    assert "relearning" not in without_warmth.to_dict()
    whole, light = without_hue.scores(), without_warmth.scores()
    # What does not depend on the deleted dims is the same for the same seed.
    same = [name for name in light if name.startswith(("intact", "floors.brightness", "leace", "ring.intact"))]
    assert len(same) == 2 * 6 + 6 + 4 + 1
    assert {name: whole[name] for name in same} == {name: light[name] for name in same}


# What holds of `robust`


def test_without_hue_nothing_is_left_in_u_but_tone() -> None:
    # Over draws of colors a score has a standard deviation of 0.01; the median of three says what holds of the network.
    beyond: dict[str, list[list[float]]] = {"shuffled": [], "brightness": []}
    deleted = ablate(load("robust").run.model, HUE)
    for seed in range(3):
        colors = draw_colors(np.random.default_rng(seed))
        u = values(deleted, colors.rgb)["u"]
        floors = read_chance(u, colors, np.random.default_rng(seed)), read(colors.brightness, colors)
        for floor, ladder in zip(beyond, floors, strict=True):
            differences = np.subtract(read(u, colors).kernel.scores, ladder.kernel.scores)
            beyond[floor].append(differences.tolist())
    assert np.median(beyond["shuffled"], axis=0)[:2] == pytest.approx([0, 0], abs=0.05)
    assert np.median(beyond["brightness"], axis=0) == pytest.approx([0, 0, 0], abs=0.05)


def test_intact_hue_is_read_by_both_probes(without_hue: Audit) -> None:
    assert min(without_hue.probes["intact"]["u"].kernel.scores) > 0.95
    assert without_hue.probes["intact"]["u"].affine.scores[0] > 0.9


def test_without_warmth_half_of_the_circle_is_left_and_more_before_normalization(without_warmth: Audit) -> None:
    assert kernel_at(without_warmth, "u")[0] == pytest.approx(0.5, abs=0.1)
    assert kernel_at(without_warmth, "z")[0] > kernel_at(without_warmth, "u")[0] + 0.1
    assert without_warmth.more_than_floors("u")
    assert without_warmth.ring["deleted"] == pytest.approx(0.3, abs=0.03)


def test_answers_to_a_ring_of_hues(without_hue: Audit) -> None:
    assert without_hue.ring["intact"] == pytest.approx(0.4, abs=0.01)
    assert without_hue.ring["deleted"] < 0.1
    deleted = ablate(load("robust").run.model, HUE)
    for name, rgb in named_colors().items():
        below = float(respond(deleted, rgb).mse[0]) < np.var(rgb) - 1e-6
        assert below == (name in without_hue.below_gray_floor)


def test_a_deletion_holds_until_it_is_shaken(without_hue: Audit) -> None:
    race = without_hue.race
    assert race is not None
    assert race.errors["pruned"][:, :20] == pytest.approx(race.errors["ablated"][:, :20], rel=1e-3)
    for runner in ("ablated", "pruned"):
        assert race.reached(runner, "tenth") == (None,) * SEEDS
        assert statistics.median(race.errors[runner][:, -1].tolist()) > 0.03
    assert race.median("pruned", "half") == pytest.approx(race.median("ablated", "half"), rel=0.3)
    assert race.median("producer", "hundredth") < race.median("consumer", "hundredth") < 150
    assert race.median("jittered", "hundredth") < race.median("fresh", "hundredth")
    assert race.reached("grays", "half") == (None,) * SEEDS


def test_erasing_afterwards_is_as_clean(without_hue: Audit) -> None:
    assert abs(without_hue.leace.affine) < 0.03
    assert without_hue.leace.kernel < 0.15
    assert without_hue.leace.gray_mse < 1e-3
    assert without_hue.leace.gray_share > 0.95


# Many seeds


def test_an_audited_sweep_audits_every_run_with_its_seed(
    run_json: Run, monkeypatch: pytest.MonkeyPatch, without_warmth: Audit
) -> None:
    def look(model: ColorAutoencoder, dims: tuple[int, ...], generator: np.random.Generator) -> Audit:
        spread = {"intact": float(generator.random()), "deleted": ring_spread(ablate(model, dims))}
        return replace(without_warmth, ring=spread)

    monkeypatch.setattr("excolor.cli.light_audit", look)
    said = run_json("sweep", *FAST, "--seeds", "3:5", "--audit", "0")
    assert [run["seed"] for run in said["runs"]] == [3, 4]
    spreads = [
        {
            "intact": np.random.default_rng(seed).random(),
            "deleted": ring_spread(ablate(train(RunConfig(steps=40, seed=seed)).model, WARMTH)),
        }
        for seed in (3, 4)
    ]
    assert [run["audit"]["ring"] for run in said["runs"]] == spreads
    check_audit(said["runs"][0]["audit"], ["z", "u"])
    summary = said["summary"]
    assert summary["fails"] == 2
    assert summary["audit.ring.deleted"]["mean"] == pytest.approx(statistics.mean(each["deleted"] for each in spreads))
    assert summary["audit.below_gray_floor"]["max"] == len(without_warmth.below_gray_floor)
    assert summary["audit.deleted.z.kernel.1"]["median"] == kernel_at(without_warmth, "z")[0]


def test_figures_of_an_audit_have_names(without_hue: Audit) -> None:
    scores, race = without_hue.scores(), without_hue.race
    assert race is not None
    assert scores["deleted.u.kernel.3"] == kernel_at(without_hue, "u")[2]
    assert scores["floors.brightness.affine.1"] == without_hue.floors["brightness"].affine.scores[0]
    assert scores["relearning.ablated.tenth"] == np.inf
    assert scores["relearning.ablated.tenth_reached"] == 0
    assert scores["relearning.fresh.half"] == statistics.median(race.to_dict()["fresh"]["half"])  # pyright: ignore[reportArgumentType]
    assert scores["relearning.fresh.half_reached"] == 1


def test_a_diverged_run_is_not_audited() -> None:
    hot = "STEP,PHASE,ACTION,lr,reg-unit\n0,,,1e30,0.1\n39,,,1e30,0.1\n"
    runs = audited_sweep(with_seeds(RunConfig(hot, steps=40), [0]), HUE)
    assert runs[0].to_dict()["audit"] is None
    assert summarize_audits(runs)["fails"] == 1


def test_a_race_without_an_audit_is_refused(refused: Run) -> None:
    assert refused("sweep", *FAST, "--race") == (1, "excolor: --race is a part of an audit; add --audit.")
