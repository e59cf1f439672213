"""Missions: one calm line on every page that lists them, shows the open one, and says how near the last run came."""

from __future__ import annotations

from excolor.ui.missions.line import note, showed, strip, wait

__all__ = ["note", "showed", "strip", "wait"]
