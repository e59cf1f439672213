"""Which regularizers are needed? All sixteen on/off combinations of the four, each with several seeds."""

from functools import partial

import streamlit as st

from excolor.needed import Needed
from excolor.ui import frame, glossary, panels
from excolor.ui.sections import ending, studying
from excolor.ui.sections.needed import cells, choose, effects, finished, guess, numbers, of_table, unitarity

frame.require()

st.title("Which regularizers are needed?")
st.markdown(
    "Four regularizers shape the latent. Leave one out, and you see what breaks. But do the others need each other? "
    "Four switches can stand in sixteen ways. **Train them all, each with several seeds.**"
)
st.caption(glossary.explain("latent", "regularizer", "weight", "seed", "MSE"))
subject = choose.choose()
guess.ask_or_go_on(subject)
found = finished(subject)
if found:
    guess.reveal(subject, found)


def draw(so_far: Needed) -> None:
    st.header("Sixteen ways to train")
    cells.draw(so_far)
    st.header("What does each of them do?")
    effects.draw(so_far)
    st.header("What does unitarity do?")
    unitarity.draw(so_far)


if subject.study is not None:
    studying.watch(subject.study, "needed", lambda table: draw(of_table(subject, table)))
elif found:
    draw(found)
if found:
    panels.fold("All figures in one table", "fold-needed-table", partial(numbers.table, found))
panels.fold("The same in a terminal", "fold-needed-command", lambda: numbers.command(subject, found))
if found:
    ending.ending(*effects.ending_of(found))
st.page_link("pages/luck.py", label="Next: luck or structure? →")
