"""Missions: one calm line on every page that lists them, shows the open one, and says how near the last run came."""

from __future__ import annotations

from excolor.ui.missions.line import HINTED, OPEN, SOLVED, note, showed, strip, wait

__all__ = ["HINTED", "OPEN", "SOLVED", "note", "showed", "strip", "wait"]
