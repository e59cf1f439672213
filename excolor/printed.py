"""Charts on paper: what the pages draw in the browser, as SVG that needs neither a browser nor anything beside it."""

from __future__ import annotations

import io
import threading
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from excolor.charts.base import ERROR_TICKS, FAINT, GROUND, INK
from excolor.charts.wheel import REACH

# Equal figures are equal files: the names of what is defined in one come from this instead of from chance.
_STYLE: dict[Any, Any] = {"svg.hashsalt": "excolor", "font.size": 9, "axes.linewidth": 0.6, "axes.edgecolor": FAINT}
_drawing = threading.Lock()  # Matplotlib's settings are one for the process


def wheel(rows: pa.Table) -> str:
    """Latents on two dims, as a picture 2.2 inches wide.

    Args:
        rows: as `latents.table` makes them.
    """
    with _drawing, mpl.rc_context(_STYLE):
        across = REACH * 2.2 / 1.9  # names are wider than high
        figure = Figure(figsize=(2.2, 1.9), facecolor=GROUND)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(-across, across), ylim=(-REACH, REACH))
        axes.set_axis_off()
        turn = np.linspace(0, 2 * np.pi, 97)
        axes.plot(np.cos(turn), np.sin(turn), color=FAINT, linewidth=0.8)
        for kind, x, y, x2, y2, label in zip(*_columns(rows, "kind", "x", "y", "x2", "y2", "label"), strict=True):
            if kind == "axis":
                axes.plot((x, x2), (y, y2), color=FAINT, linewidth=0.8, linestyle=(0, (2, 3)))
            elif kind == "name":
                axes.text(x, y, label, color=INK, fontsize=7, ha="center", va="center", zorder=4)
        kinds, x, y, paint = map(np.array, _columns(rows, "kind", "x", "y", "paint"))
        shown = kinds == "color"
        axes.scatter(x[shown], y[shown], c=paint[shown].tolist(), s=7, linewidths=0, zorder=3)
        return _svg(figure)


def errors(rows: pa.Table) -> str:
    """The error against hue on a root scale, as a picture 2.2 inches wide.

    Args:
        rows: as `curves.table` makes them, along hue.
    """
    with _drawing, mpl.rc_context(_STYLE):
        figure = Figure(figsize=(2.2, 1.6), layout="constrained")
        axes = figure.add_subplot(xlim=(0, 360), ylim=(0, 1), xlabel="hue (degrees)", ylabel="MSE (root scale)")
        axes.set_yscale("function", functions=(lambda mse: np.sqrt(np.clip(mse, 0, None)), np.square))
        axes.set_yticks(ERROR_TICKS, [f"{tick:g}" for tick in ERROR_TICKS])
        axes.set_xticks(range(0, 361, 120))
        axes.tick_params(labelsize=7, width=0.6, length=2)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        lines, x, mse, true = (np.array(each) for each in _columns(rows, "line", "x", "mse", "true"))
        shown = np.clip(np.nan_to_num(mse, nan=1), 0, 1)
        for line in dict.fromkeys(lines.tolist()):
            axes.plot(x[lines == line], shown[lines == line], color=GROUND, linewidth=0.5)
        axes.scatter(x, shown, c=true.tolist(), s=6, linewidths=0.2, edgecolors=GROUND, zorder=3)
        return _svg(figure)


def _columns(rows: pa.Table, *names: str) -> list[list[Any]]:
    return [rows.column(name).to_pylist() for name in names]


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})
    return text.getvalue()
