"""Clock *script*: in this process, by Streamlit's AppTest. No network, no browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from streamlit.testing.v1 import AppTest

from tests.support.browser import APP
from tests.tools.measures import ORDERS, RERUN_MS, SCENE_MS, WARM_UP_S, Row, spread


def rerun_script() -> list[Row]:
    """The ablation page's script after other dims were picked, which the server has seen or not."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["predict"] = "skip"
    at.run().switch_page("pages/ablation.py").run()
    time.sleep(WARM_UP_S)

    def rerun(dims: tuple[int, ...]) -> tuple[float, float]:
        picker = at.button_group("ablation-dims-4").set_value(list(dims))
        wall, processor = time.perf_counter(), time.process_time()
        picker.run()
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)

    rows: list[Row] = []
    for name, order in ORDERS.items():
        wall, processor = zip(*map(rerun, order), strict=True)
        rows += spread(f"Ablation, other dims, {name} (script)", wall, RERUN_MS)
        rows.append(Row(f"Ablation, other dims, {name} (script), processor time", float(np.median(processor)), "ms"))
    return rows


def draw_scenes() -> list[Row]:
    """The pages of scenes, past what is remembered of them: the first of a process, and each kind once it is warm."""
    # stpyvista can only be imported in an app.
    AppTest.from_string("import excolor.ui.spheres").run(timeout=120)
    from excolor.ui import spheres
    from excolor.ui.caches import shipped

    torch.set_num_threads(1)  # as the app does
    robust, view = shipped("robust"), (1, 0, 2)
    sphere, triple, training, cube, fall = (
        spheres.sphere_page,
        spheres.triple_page,
        spheres.training_page,
        spheres.cube_page,
        spheres.fall_page,
    )
    kinds: dict[str, tuple[Any, Callable[[], str]]] = {
        "one sphere": (sphere, lambda: sphere(robust, view, (), "true color")),
        "three spheres": (triple, lambda: triple(robust, view, (0, 1), ("intact", "− warmth", "− hue"))),
        "training": (training, lambda: training(robust, view)),
        "cube, its hues' answers": (fall, lambda: fall(robust)),
        "cube, all colors": (cube, cube),
    }
    rows: list[Row] = []
    for name, (remembering, draw) in kinds.items():
        wall: list[float] = []
        processor: list[float] = []
        page = ""
        for _ in range(12):
            remembering.clear()
            start, begun = time.perf_counter(), time.process_time()
            page = draw()
            wall.append(1000 * (time.perf_counter() - start))
            processor.append(1000 * (time.process_time() - begun))
        if not rows:
            rows.append(Row(f"Scene, {name}, the first of the process (script)", wall[0], "ms"))
        rows += spread(f"Scene, {name} (script)", wall[2:], SCENE_MS)
        rows.append(Row(f"Scene, {name} (script), processor time", float(np.median(processor[2:])), "ms"))
        rows.append(Row(f"Scene, {name}, size of its page", len(page) / 1e6, "MB"))
    return rows
