"""Bad luck: networks that ship and whose files are missing or damaged, and a full disk. What goes on says so."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

import excolor
from excolor import ExcolorError, checkpoint
from excolor.checkpoint import PRETRAINED, pretrained_path
from excolor.cli import main
from excolor.measured import measure
from excolor.metrics import quick_grid
from excolor.ui import caches, log, state
from tests.support.app import PAGES, framed, html, sound
from tests.support.limits import full_disk

Lose = Callable[..., None]
CHOOSERS = ("start-model", "network-model", "ablation-model", "latent-model", "holding-model")
UNFOLDED = {
    "fold-beside": True,
    "fold-errors": True,
    "fold-tones": True,
    "fold-probed": True,
    "regularizers-term": "neutrality",
}


@pytest.fixture
def lose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lose]:
    """Takes the files of some networks away, and damages those of others."""

    def forget() -> None:
        caches.shipped.clear()
        caches.all_shipped.clear()

    def lose(missing: tuple[str, ...], damaged: tuple[str, ...] = ()) -> None:
        for name in (*missing, *damaged):
            (tmp_path / f"{name}.safetensors").unlink()
        for name in damaged:
            (tmp_path / f"{name}.safetensors").write_bytes(pretrained_path(name).read_bytes()[:-5])
        monkeypatch.setattr(checkpoint, "pretrained_path", lambda name: tmp_path / f"{name}.safetensors")

    for name in PRETRAINED:
        shutil.copy(pretrained_path(name), tmp_path)
    forget()
    yield lose
    forget()


def warned(at: AppTest) -> list[str]:
    """The networks that the page says it does without."""
    said = [re.fullmatch(r"The network (\S+) cannot be shown: .*", each.value, re.DOTALL) for each in at.warning]
    return [each[1] for each in said if each]


def test_without_the_others_every_page_shows_what_is_left_and_says_so(
    lose: Lose, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = "ex-2.7"  # so that the one that every page begins with is not there
    missing, damaged = (name for name in PRETRAINED if name != left)
    lose((missing,), (damaged,))
    at = framed(monkeypatch)
    for key, value in UNFOLDED.items():
        at.session_state[key] = value
    sound(at.run())
    for page in PAGES:
        sound(at.switch_page(f"pages/{page}").run())
        assert len(at.title) == 1
        assert sorted(warned(at)) == sorted((missing, damaged)), page
        for group in at.button_group:
            assert group.key not in CHOOSERS or group.options[0] == left
        assert not re.search(
            rf"in the network ({missing}|{damaged})", html(at) + " ".join(m.value for m in at.markdown)
        )


def test_a_missing_network_keeps_its_name(lose: Lose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit, "session_state", {})
    lose(("robust",))
    log.note(measure(caches.shipped("clean"), quick_grid()))
    with pytest.raises(ExcolorError, match="robust is taken"):
        log.call(state.LAST_MADE.get(), "robust")


def test_without_any_network_every_page_is_one_sentence(lose: Lose, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(PRETRAINED)
    at = framed(monkeypatch).run()
    for page in PAGES:
        at.switch_page(f"pages/{page}").run()
        assert [each.message for each in at.exception] == []
        assert len(at.title) == 0
        (said,) = at.error
        assert re.fullmatch(r"No network can be shown: .* Install excolor again\.", said.value)


def test_the_library_and_the_command_line_say_it(lose: Lose, capsys: pytest.CaptureFixture[str]) -> None:
    lose(("robust",), ("clean",))
    for name in ("robust", "clean"):
        with pytest.raises(ExcolorError) as told:
            excolor.load(name)
        assert re.fullmatch(
            rf"The shipped checkpoint {name} cannot be used: .*\. Install excolor again\.", str(told.value)
        )
        assert main(["evaluate", name]) == 1
        assert capsys.readouterr().err == f"excolor: {told.value}\n"
    assert excolor.load("ex-2.7").config.schedule == "ex-2.7"


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.safetensors"
    excolor.save(path, excolor.load("clean"))
    before = path.read_bytes()
    with (
        full_disk(1000),
        pytest.raises(ExcolorError, match=r"safetensors' cannot be written \(File too large\)\."),
    ):
        excolor.save(path, excolor.load("robust"))
    assert path.read_bytes() == before
    with full_disk(1000):
        code = main(["train", "--steps", "2", "--out", str(path)])
    assert code == 1
    assert "cannot be written (File too large)." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]
