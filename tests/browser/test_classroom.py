"""A class of thirty at once: every session trains its own network and gets its own verdict, and nobody is kept out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from threading import Barrier

from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause, causes, placement
from excolor.losses import EXPERIMENT
from excolor.metrics import evaluate
from excolor.training import train
from excolor.ui.words import number
from tests.support.session import Session, session

CLASS = 30
OFF = [None, *EXPERIMENT]
SAID = {
    Cause.GRAYS_IN_PLANE: "Grays in the hue plane",
    Cause.HUE_OFF_PLANE: "Hue is not in the plane",
    Cause.NOT_ROUND: "The hues do not go round",
    Cause.ROTATED: "The wheel is rotated",
    Cause.RED_OFF_AXIS: "Red is not on its axis",
    Cause.GRAYS_HARMED: "Deleting hue harms a gray",
    Cause.TINTED: "Some answers keep a tint",
    Cause.NOT_CONVERGED: "Not converged",
    Cause.DIVERGED: "The run diverged",
}


def config(student: int) -> RunConfig:
    """Everybody chose something else."""
    off = OFF[student % len(OFF)]
    return RunConfig(seed=9000 + student, weights=Weights(**({off: 0.0} if off else {})))


def test_thirty_trainings_started_at_once_all_end_with_their_own_verdict(server: str) -> None:
    together = Barrier(CLASS + 1)

    def study(visitor: Session, student: int) -> float:
        visitor.set_number("train-seed", config(student).seed)
        off = OFF[student % len(OFF)]
        visitor.click(f"preset-No {off}" if off else "preset-All on")
        together.wait(60)
        return visitor.run()

    with ExitStack() as stack, ThreadPoolExecutor(CLASS + 1) as threads:
        students = [stack.enter_context(session(server, "train")) for _ in range(CLASS)]
        for visitor in students:
            visitor.run()
        late = stack.enter_context(session(server))
        working = [threads.submit(study, visitor, i) for i, visitor in enumerate(students)]
        together.wait(60)
        late.run()
        assert any("Can you decide" in each.heading.body for each in late.elements)
        for each in working:
            each.result(120)

    for student, visitor in enumerate(students):
        model = train(config(student)).model
        metrics = evaluate(model)
        found = causes(metrics, placement(model))
        # The verdict stands right above its checklist.
        (shown,) = (above for above, below in pairwise(visitor.elements) if 'class="xc-checklist"' in below.html.body)
        said = re.findall(r"\*\*(.+?)\*\*", shown.markdown.body)
        assert said == ([SAID[cause] for cause in found] or ["A sound run"]), config(student)
        figures = {"largest MSE": metrics.intact.max_mse, "cosine": metrics.red_cosine, "worst MSE": metrics.worst_gray}
        for name, value in figures.items():
            assert f"{name} {number(value)}, " in visitor.html(), config(student)
