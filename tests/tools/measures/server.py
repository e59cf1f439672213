"""Clock *server*: the real server, spoken to in Streamlit's own protocol. No browser."""

from __future__ import annotations

import time

from tests.support.session import session
from tests.tools.measures import ORDERS, RERUN_MS, WARM_UP_S, Row, fresh_server, spread


def rerun_server() -> list[Row]:
    """The same, of the real server."""
    rows: list[Row] = []
    with fresh_server() as base_url, session(base_url, "ablation") as visitor:
        visitor.run()
        time.sleep(WARM_UP_S)
        for name, order in ORDERS.items():
            milliseconds: list[float] = []
            for dims in order:
                visitor.pick("ablation-dims-4", [str(dim) for dim in dims])
                milliseconds.append(1000 * visitor.run())
            rows += spread(f"Ablation, other dims, {name} (server)", milliseconds, RERUN_MS)
    return rows


# A page, and one input of it: its key, and values that are picked in turn.
INPUTS: dict[str, tuple[str, list[str]]] = {
    "start": ("start-color", ["blue", "green", "white"]),
    "ablation": ("ablation-how", ["prune", "ablate"]),
    "network": ("network-model", ["ex-2.7", "robust"]),
    "latent": ("latent-cut", ["warmth [0]", "hue [0, 1]", "nothing"]),
    "data": ("data-draw", []),  # pressed
    "regularizers": ("regularizers-schedule", ["ex-2.7", "robust"]),
    "holding": ("holding-method", ["repel", "suppress"]),
}
_REPEATS = 12


def pages_server() -> list[Row]:
    """Every page, after one of its inputs changed, on the real server; the Train page has measurements of its own."""
    rows: list[Row] = []
    with fresh_server() as base_url:
        for path, (key, values) in INPUTS.items():
            with session(base_url, "" if path == "start" else path) as visitor:
                visitor.run()
                time.sleep(WARM_UP_S if path == "start" else 1)
                milliseconds: list[float] = []
                for i in range(_REPEATS):
                    if values:
                        visitor.pick(key, [values[i % len(values)]])
                    else:
                        visitor.click(key)
                    milliseconds.append(1000 * visitor.run())
            rows += spread(f"{path}, {key} changed (server)", milliseconds, RERUN_MS)
    return rows


def pick_server() -> list[Row]:
    """The ablation page after a color was clicked in one of its charts, each time another."""
    with fresh_server() as base_url, session(base_url, "ablation") as visitor:
        visitor.run()
        time.sleep(WARM_UP_S)
        milliseconds: list[float] = []
        for i in range(_REPEATS):
            visitor.select("patches-0", {"pick": [{"true": f"#{i:02x}80ff", "turn": i}]})
            milliseconds.append(1000 * visitor.run())
    return spread("ablation, a color clicked (server)", milliseconds, RERUN_MS)
