"""What every page opens with: the style sheet, and a kernel that compiles while the first page is read."""

from __future__ import annotations

import gc
import runpy
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import StopException

from excolor.kernel import compile_kernels
from excolor.metrics import full_grid
from excolor.ui import address, glossary, janitor, kept, missions, predict, shelf, state
from excolor.ui.components.link import one_entry_a_page
from excolor.ui.panels import style


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Start, once a server, what the first training and the first figures would otherwise wait for."""

    def warm() -> None:
        compile_kernels()
        full_grid()
        gc.freeze()  # modules are here to stay: later collections need not look through them

    thread = threading.Thread(target=warm, name="excolor-warm-up", daemon=True)
    thread.start()
    janitor.start()
    return thread


def by_name(first: StreamlitPage, name: str) -> StreamlitPage:
    """A page that stands in no list and leads to the first one: Streamlit gives that the address / and no name."""

    def lead() -> None:
        st.switch_page(first, query_params=st.query_params.to_dict())

    return st.Page(lead, url_path=name, visibility="hidden")


_main_script = Path(__file__).parents[2] / "streamlit_app.py"
_has_run = threading.Event()


@contextmanager
def around(place: str, page: str) -> Generator[None]:
    """What every page has around it; `place` says where in the story it is, `page` is its address."""
    kept.browser().news = False  # this run shows it
    with st.container(key="kept"):
        carrier = st.container()
    corner = open_page(place, page)

    def close() -> None:
        with corner:
            address.write(page)
        with carrier:
            kept.page_has_run()
            kept.carry()

    try:
        yield
    except StopException:  # a page that waits for an answer
        close()
        raise
    close()


def open_page(place: str, page: str) -> DeltaGenerator:
    """What stands above every page; returns the place of what copies its link."""
    _has_run.set()
    # Models this small only wait for what speeds up large ones: a pool of threads, and code generated for the shape of
    # every layer. Every run of a page is a thread of its own, which would start the one and generate the other anew.
    torch.set_num_threads(1)
    torch.backends.mkldnn.enabled = False
    janitor.note()
    style()
    shelf.tell_lost()
    warm_up()
    predict.listen()
    if state.PLACE.get() != place:
        state.PLACE.set(place)
        predict.forget_freshness()
    address.read(page)
    _scroll_to_the_top(place)
    missions.strip()
    with st.container(key="place", horizontal=True, gap="small"):
        st.caption(place, width="content")
        glossary.fold(place)
        corner = st.container(key="copy-link", width="content")
    address.tell(page)
    return corner


def _scroll_to_the_top(place: str) -> None:
    """Streamlit keeps how far the last page was scrolled. Run by the browser whenever the text is another one.

    Before anything is written into the address, so the history is looked after here too.
    """
    scroll = "location.hash || document.querySelector('[data-testid=\"stMain\"]').scrollTo(0, 0)"
    with st.container(key="to-the-top"):
        st.html(f"<script>/* {place} */ {one_entry_a_page()} {scroll};</script>", unsafe_allow_javascript=True)


def require() -> None:
    """Called first by every page: on a server whose first visitor followed a link to that page, run the main script.

    Until the main script has run once, Streamlit takes the folder `pages/` for the list of pages and would show the
    page alone, without its frame.
    """
    if not _has_run.is_set():
        runpy.run_path(str(_main_script), run_name="__main__")
        st.stop()
