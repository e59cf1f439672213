"""The part of excolor that knows Streamlit: what pages share. Nothing below it does."""
