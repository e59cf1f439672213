"""For a class: one link that opens the app as the teacher wants it to be found."""

import streamlit as st

from excolor.ui import frame, panels
from excolor.ui.sections import class_link

frame.require()

st.title("What should your class find?")
st.markdown(
    "Set the app up as your class is to find it: the controls of Train, a network, what is deleted. Then choose here what the "
    "link opens, and what it leaves out. **Everybody who opens the link finds the same**, and moves it on their own."
)
left, right = st.columns([3, 2], gap="large")
with left:
    setup = class_link.form()
with right:
    class_link.link(setup)
panels.fold("A look at it", "fold-preview", lambda: class_link.preview(setup))
st.header("Setups that you keep")
st.markdown("This browser keeps them. They are in no link.")
class_link.keeping(setup)
