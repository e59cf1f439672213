"""What the browser draws and computes by itself: components of our own, one folder each, and what they share.

A folder `NAME` has its markup, style and modules in `NAME.html`, `NAME.css` and `NAME.js`, with the modules that the
last imports beside it and in `shared/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from streamlit.components.v2 import component

from excolor.javascript import joined


def declared(name: str) -> Callable[..., Any]:
    """Streamlit's component of the folder `name`."""
    folder = Path(__file__).parent / name
    html, css = ((folder / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    render = component(f"excolor_{name}", html=html, css=css, js=joined(folder / f"{name}.js"))

    def listed(*, data: Mapping[str, Any], **options: Any) -> Any:
        # In a list: Streamlit asks of each value of a dictionary whether it is a data frame, and loads pandas for it.
        return render(data=[data], **options)

    return listed
