"""Train: move a slider, let go, and the network has been trained again in full."""

import streamlit as st

from excolor.ui import address, frame, glossary, log, missions, panels, shelf, state
from excolor.ui.caches import first_shipped, replay_of
from excolor.ui.components import replay
from excolor.ui.sections import comparison, controls, ending, engines, guess, keeping, readable, running
from excolor.ui.sections.verdict import checks_of, mark, verdict
from excolor.ui.words import number

frame.require()

st.title("What breaks when you train it yourself?")
st.markdown("Let a control go, and the network is trained again from the beginning. **Try No separate first.**")
st.caption(glossary.explain("seed", "update", "label"))
left, right = st.columns([2, 5], gap="large")
with left, st.container(key="train-controls"):
    config = controls.panel()

with right:
    glossary.beside("regularizer", "loss", "weight", "gradient", "learning rate", "cosine")
    guess.ask_or_go_on(config)
    trained = running.run_or_stop(config)
    measured, run = trained.measured, trained.measured.run
    log.note(measured)
    missions.note()

    said = verdict(measured)
    with st.container(key="train-verdict", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(mark(measured))
        st.markdown(said)
    st.html(checks_of(measured))
    address.tell_of(run)
    guess.reveal(measured)
    replay.draw(replay_of(run), replay_of(first_shipped()).lines, said.replace("**", ""), run.key, "replay")
    st.caption(f"Trained in {number(trained.train_s)} s, evaluated in {number(trained.evaluate_s)} s.")
    if gone := log.went():
        st.caption(gone)
    if st.button("See its ablation →", key="see-ablation", type="primary"):
        state.MODEL.set(shelf.LAST)
        st.switch_page("pages/ablation.py")
    ending.ending(ending.of_a_run(measured), ending.of_one_seed(measured, log.made()))
    panels.fold("Color by color, without warmth and without hue", "fold-colors", lambda: comparison.named(run))
    panels.fold("Can hue still be read inside?", "fold-read", lambda: readable.line(run))
    panels.fold("All figures, beside another network", "fold-beside", lambda: comparison.beside_others(measured))
    panels.fold("Name this run, or load one", "fold-keep", lambda: keeping.name_and_load(measured))
    panels.fold("The same, the readable way", "fold-engines", lambda: engines.readable(trained))
    st.page_link("pages/regularizers.py", label="Next: what each regularizer does →")

comparison.of_picked_color(run)
