"""Train: move a slider, let go, and the network has been trained again in full."""

import streamlit as st

from excolor.ui import frame, missions, shelf, state
from excolor.ui.caches import replay_of, shipped
from excolor.ui.components import replay
from excolor.ui.sections import comparison, controls, engines, guess, keeping, running
from excolor.ui.sections.verdict import checks_of, mark, verdict
from excolor.ui.words import number

frame.require()

st.title("What happens when you change a weight?")
left, right = st.columns([2, 5], gap="large")
with left, st.container(key="train-controls"):
    config = controls.panel()

with right:
    guess.ask_or_go_on(config)
    trained = running.run_or_stop(config)
    measured, run = trained.measured, trained.measured.run
    shelf.set_last(run)
    missions.note(measured)

    said = verdict(measured)
    with st.container(key="train-verdict", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(mark(measured))
        st.markdown(said)
    st.html(checks_of(measured))
    guess.reveal(measured)
    replay.draw(replay_of(run), replay_of(shipped("robust")).lines, said.replace("**", ""), run.key, "replay")
    st.caption(f"Trained in {number(trained.train_s)} s, evaluated in {number(trained.evaluate_s)} s.")
    if st.button("See its ablation →", key="see-ablation", type="primary"):
        state.MODEL.set(shelf.LAST)
        st.switch_page("pages/ablation.py")
    comparison.named(run)
    comparison.beside_another()
    keeping.keep_and_load(run)
    engines.readable(trained)

comparison.of_picked_color(run)
