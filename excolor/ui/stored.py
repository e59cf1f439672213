"""Sweeps that were made before: what the folder holds that EXCOLOR_SWEEPS names when the app is started.

A page names one of them, and never a path.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import streamlit as st

from excolor import rows
from excolor.errors import ExcolorError

FOLDER = "EXCOLOR_SWEEPS"
MOST = 100  # sweeps that are offered
MOST_ROWS = 200_000  # of one, about 0.12 GB


def names() -> list[str]:
    """The sweeps there are, by name; none where no folder was given at start, or it cannot be read."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return []
    try:
        found = [each.name for each in Path(folder).iterdir() if (each / rows.part_name(0)).is_file()]
    except (OSError, ValueError):
        return []
    return sorted(found)[:MOST]


def table(name: str) -> pa.Table:
    """The rows of one of them, read again when it has grown.

    Raises:
        ExcolorError: there is none of this name, it is no sweep, or it is too long to be shown.
    """
    if name not in names():
        raise ExcolorError("This sweep is not in the folder of sweeps any more; choose another one.")
    folder = Path(os.environ[FOLDER]) / name
    try:
        files = sorted((each.name, each.stat().st_size, each.stat().st_mtime_ns) for each in folder.iterdir())
    except OSError as error:
        raise ExcolorError(f"The folder of this sweep cannot be read ({error.strerror}).") from error
    try:
        return _read(folder, tuple(files))
    except ExcolorError as error:
        raise ExcolorError(
            "This sweep cannot be shown: it is empty, damaged, of another format, or too long. The command excolor "
            "summarize says which."
        ) from error


@st.cache_resource(show_spinner=False, max_entries=2)
def _read(folder: Path, files: tuple[tuple[str, int, int], ...]) -> pa.Table:
    if len(files) > MOST_ROWS // rows.PART:
        raise ExcolorError(f"A page shows a sweep of up to {MOST_ROWS:,} rows.")
    return rows.read(folder)
