"""Turns: who may compute next, when more ask than there are cores.

Whoever asks first is served first, but nobody has two turns at a time while another waits. What takes long has no turn:
it goes on whenever nobody has one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

ASK_EVERY = 0.1  # seconds
STEP_ASIDE = 0.5  # seconds, at most, at each place where a long computation can


@dataclass(eq=False)
class _Ticket:
    who: str
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """A queue before some places: as many at a time as there are of these.

    Args:
        places: at least 1.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: list[_Ticket] = []
        self._running: list[_Ticket] = []
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, who: str, waiting: Callable[[int], None] = lambda ahead: None) -> Generator[None]:
        """Hold a place for as long as the context lasts.

        Args:
            who: the one that the turn is for.
            waiting: called about ten times a second with how many are to be served before; and once, with 0, when the
                turn has come. When it raises, the place is given back and nothing was begun.
        """
        ticket = _Ticket(who)
        with self._changed:
            self._waiting.append(ticket)
            self._call()
        try:
            while not ticket.called.wait(ASK_EVERY):
                waiting(self._ahead(ticket))
            waiting(0)
            yield
        finally:
            with self._changed:
                (self._running if ticket.called.is_set() else self._waiting).remove(ticket)
                self._call()

    def step_aside(self) -> None:
        """Called by a long computation now and then: it waits while anybody has a turn or waits for one, half a second
        at most, so that it comes to an end however many there are.
        """
        with self._changed:
            self._changed.wait_for(lambda: not (self._running or self._waiting), STEP_ASIDE)

    def _call(self) -> None:
        while self._waiting and len(self._running) < self._places:
            served = {ticket.who for ticket in self._running}
            ticket = next((each for each in self._waiting if each.who not in served), self._waiting[0])
            self._waiting.remove(ticket)
            self._waiting.sort(key=lambda each: each.who == ticket.who)  # what else the same one wants is last now
            self._running.append(ticket)
            ticket.called.set()
        self._changed.notify_all()

    def _ahead(self, ticket: _Ticket) -> int:
        with self._changed:
            return self._waiting.index(ticket) if ticket in self._waiting else 0
