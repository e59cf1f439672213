"""A link for a class: what it opens and shows, its code for a camera, a look at it, and setups that are kept."""

from __future__ import annotations

from html import escape
from io import BytesIO
from urllib.parse import urlencode

import segno
import streamlit as st

from excolor.errors import ExcolorError
from excolor.missions import MISSIONS
from excolor.ui import address, reach, setups, state
from excolor.ui.components.look import look
from excolor.ui.missions.words import TITLES
from excolor.ui.sections import controls
from excolor.ui.setups import Setup
from excolor.ui.words import plain, settings

PAGES = {
    "": "Start",
    "network": "Network",
    "ablation": "Ablation",
    "train": "Train",
    "regularizers": "Regularizers",
    "data": "Colors and labels",
    "latent": "Latent space",
    "schedule": "Your own schedule",
    "gone": "Is it really gone?",
    "holding": "Deleting or holding back",
    "needed": "Which regularizers are needed?",
    "luck": "Luck or structure?",
}
_LONGEST_CODE = 1200  # characters: with more the squares are too small for a camera at the back of a room


def form() -> Setup:
    """What the link is to open and show; returns it as it stands."""
    first = {state.CLASS_PAGE: "train", state.CLASS_CONTROLS: list(controls.PARTS), state.CLASS_ASKS: True}
    for key, setting in first.items():
        state.begin(key, setting)
    page = st.selectbox(
        "Page that opens", list(PAGES), format_func=PAGES.__getitem__, key=state.CLASS_PAGE, persist_state="session"
    )
    st.caption(_as_it_stands(page))
    mission = st.selectbox(
        "Mission that is open",
        ["", *(each.id for each in MISSIONS)],
        format_func=lambda mission: TITLES[mission] if mission else "none",
        key=state.CLASS_MISSION,
        persist_state="session",
    )
    shown = st.pills(
        "Controls of Train that students see",
        controls.PARTS,
        selection_mode="multi",
        format_func=lambda part: str(controls.WORDS.get(part, part)),
        key=state.CLASS_CONTROLS,
        persist_state="session",
        wrap=True,
        help="One that is left out stays as you set it.",
    )
    asks = st.toggle("Ask for a prediction before a result is shown", key=state.CLASS_ASKS, persist_state="session")
    words, trouble = address.said(page)
    if trouble:
        st.warning(plain(trouble))
    return Setup(page, _words(page, words, mission, shown, asks))


def _words(page: str, words: dict[str, str], mission: str, shown: list[str], asks: bool) -> dict[str, str]:
    """What the page is about, and what the form says instead of this session."""
    own = {word: said for word, said in words.items() if word not in ("mission", "predict", "hide", "preview")}
    if page == "train":
        own = {"seed": str(controls.asked().seed)} | own  # settings at their defaults are meant, too
    left_out = [part for part in controls.PARTS if part not in shown]
    own |= {"mission": mission} if mission else {}
    own |= {} if asks else {"predict": "skip"}
    return own | ({"hide": ",".join(left_out)} if left_out else {})


def _as_it_stands(page: str) -> str:
    if page == "train":
        return f"With the settings that you see on Train: {plain(settings(controls.asked()))}."
    return f"As {PAGES[page]} stands for you now. Open it, set it up, and come back."


def link(setup: Setup) -> None:
    """The link of a setup at the address by which the class reaches this machine, and its code for a camera."""
    typed = st.text_input(
        "Address at which the class reaches this machine", reach.home(), key=state.CLASS_HOME, persist_state="session"
    )
    try:
        home = reach.checked(typed)
    except ExcolorError as error:
        st.warning(plain(str(error)))
        return
    if reach.only_here():
        st.warning("This server answers this machine alone. Start it without server.address to let others in.")
    url = at(home, setup)
    st.code(url, language=None, wrap_lines=True)
    if len(url) > _LONGEST_CODE:
        st.caption("The link is too long for a code that a camera could read. It works all the same.")
        return
    code = segno.make(url, error="m")
    picture = code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    st.html(f'<img class="xc-code" src="{escape(picture)}" alt="The link as a code for a camera">')
    st.download_button("Download the code", _file(code), "class.svg", key="class-code", on_click="ignore")


def _file(code: segno.QRCode) -> bytes:
    written = BytesIO()
    code.save(written, kind="svg", scale=10, border=4, dark="#000", light="#fff")
    return written.getvalue()


def at(home: str, setup: Setup) -> str:
    """The address of a setup."""
    return f"{home}/{setup.page}" + (f"?{urlencode(setup.words, safe=',')}" if setup.words else "")


def preview(setup: Setup) -> None:
    """The page as a student finds it."""
    st.caption("This is the app itself, as the link opens it. What you do in here is not kept.")
    base = st.get_option("server.baseUrlPath").strip("/")
    url = at(f"/{base}" if base else "", Setup(setup.page, {**setup.words, "preview": "yes"}))
    look(url, "The page as a student finds it", "look")


def keeping(setup: Setup) -> None:
    """Setups that this browser keeps: name and note, and what can be done with each."""
    if said := state.SAID.take():
        st.success(said)
    left, middle, right = st.columns([2, 3, 1], vertical_alignment="bottom")
    name = left.text_input("Name", key=state.SETUP_NAME, max_chars=setups.MAX_NAME)
    note = middle.text_input("Note, for yourself", key=state.SETUP_NOTE, max_chars=setups.MAX_NOTE)
    if right.button("Keep", key="setup-keep"):
        try:
            _say(f"Kept as {setups.keep(name, Setup(setup.page, setup.words, note))}.")
        except ExcolorError as error:
            st.warning(plain(str(error)))
    for i, (each, there) in enumerate(setups.kept().items()):
        with st.container(border=True, key=f"setup-{i}"):
            said = f"**{plain(each)}**, {PAGES.get(there.page, 'Start')}"
            st.markdown(f"{said}. {plain(there.note)}")
            with st.container(horizontal=True):
                st.button("Set up like this", on_click=_set_up, args=(each,), key=f"setup-use-{i}")
                st.button("Copy", on_click=_copy, args=(each,), key=f"setup-copy-{i}")
                st.button("Delete", on_click=setups.delete, args=(each,), key=f"setup-delete-{i}")


def _say(what: str) -> None:
    state.SAID.set(plain(what))
    st.rerun()


def _copy(name: str) -> None:
    try:
        state.SAID.set(plain(f"Kept as {setups.copy(name)}."))
    except ExcolorError as error:
        state.SAID.set(plain(str(error)))


def _set_up(name: str) -> None:
    """This session and the form say what a setup says."""
    there = setups.kept()[name]
    page = there.page if there.page in PAGES else ""
    words = dict(there.words)
    left_out = words.pop("hide", "").split(",")
    mission, asks = words.pop("mission", ""), words.pop("predict", "") != "skip"
    address.take(page, words)
    state.put(state.CLASS_PAGE, page)
    state.put(state.CLASS_MISSION, mission if mission in TITLES else "")
    state.put(state.CLASS_CONTROLS, [part for part in controls.PARTS if part not in left_out])
    state.put(state.CLASS_ASKS, asks)
    state.put(state.SETUP_NAME, name)
    state.put(state.SETUP_NOTE, there.note)
    state.SAID.set(plain(f"Set up as {name} says."))
