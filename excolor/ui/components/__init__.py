"""What the browser draws and computes by itself: components of our own, one folder each, and what they share.

A folder `NAME` has its markup, style and modules in `NAME.html`, `NAME.css` and `NAME.js`, with the modules that the
last imports beside it and in `shared/`.
"""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

from excolor.javascript import joined


def declared(name: str) -> ComponentRenderer:
    """Streamlit's component of the folder `name`."""
    folder = Path(__file__).parent / name
    html, css = ((folder / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return component(f"excolor_{name}", html=html, css=css, js=joined(folder / f"{name}.js"))
