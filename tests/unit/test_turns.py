"""Who may compute next: first come, first served, nobody twice while another waits, and what is dropped in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from excolor.turns import Turns

PATIENCE = 30  # seconds


class Asker:
    """Somebody who asks for a turn in a thread of their own and holds it until told to end."""

    def __init__(self, turns: Turns, who: str, order: list[str], name: str = "") -> None:
        self.ahead: list[int] = []
        self.asked, self.served, self.end, self.give_up = (threading.Event() for _ in range(4))
        self.thread = threading.Thread(target=self._ask, args=(turns, who, order, name or who), daemon=True)
        self.thread.start()
        # In the queue before the next one asks: it has been told how many are before it, or has its turn.
        assert self.asked.wait(PATIENCE)

    def _ask(self, turns: Turns, who: str, order: list[str], name: str) -> None:
        def waiting(ahead: int) -> None:
            self.ahead.append(ahead)
            self.asked.set()
            if self.give_up.is_set():
                raise InterruptedError

        try:
            with turns.turn(who, waiting):
                order.append(name)
                self.served.set()
                assert self.end.wait(PATIENCE)
        except InterruptedError:
            order.append(f"{name} gave up")

    def leave(self) -> None:
        self.end.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@contextmanager
def taken(turns: Turns, places: int) -> Iterator[list[str]]:
    """All places are taken while the others come."""
    first = [Asker(turns, f"first {i}", []) for i in range(places)]
    yield []
    for each in first:
        each.leave()


def test_whoever_asks_first_is_served_first() -> None:
    turns, order = Turns(1), []
    with taken(turns, 1):
        askers = [Asker(turns, who, order) for who in "abcde"]
        assert [asker.ahead[0] for asker in askers] == [0, 1, 2, 3, 4]
    for asker in askers:
        assert asker.served.wait(PATIENCE)
        asker.leave()
    assert order == list("abcde")


def test_nobody_has_two_turns_while_another_waits() -> None:
    turns, order = Turns(2), []
    with taken(turns, 2):
        askers = [Asker(turns, name[0], order, name) for name in ("a1", "a2", "a3", "b1", "c1", "b2")]
    begun: list[Asker] = []
    while len(begun) < len(askers):
        asker = next((each for each in askers if each not in begun and each.served.wait(0.01)), None)
        if asker:
            begun.append(asker)
            asker.leave()
    assert set(order[:3]) == {"a1", "b1", "c1"}  # before anybody's second
    assert sorted(order) == ["a1", "a2", "a3", "b1", "b2", "c1"]


def test_who_gives_up_is_dropped_before_anything_begins_and_the_next_one_moves_up() -> None:
    turns, order = Turns(1), []
    with taken(turns, 1):
        one, other = Asker(turns, "a", order), Asker(turns, "b", order)
        one.give_up.set()
        one.thread.join(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while other.ahead[-1] != 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert other.ahead[-1] == 0
    assert other.served.wait(PATIENCE)
    other.leave()
    assert order == ["a gave up", "b"]


def test_who_no_longer_wants_a_turn_when_it_comes_gives_it_back() -> None:
    turns = Turns(1)

    def no_longer(ahead: int) -> None:
        raise InterruptedError

    for _ in range(3):
        with pytest.raises(InterruptedError), turns.turn("a", no_longer):
            pytest.fail("it was not wanted")
    with turns.turn("b"):
        pass


def test_a_turn_that_ends_with_an_error_is_given_back() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="no"), turns.turn("a"):
        raise ValueError("no")
    with turns.turn("b"):
        pass


def test_as_many_have_a_turn_as_there_are_places() -> None:
    turns, lock, now, most = Turns(3), threading.Lock(), 0, 0

    def work(who: str) -> None:
        nonlocal now, most
        for _ in range(20):
            with turns.turn(who):
                with lock:
                    now += 1
                    most = max(most, now)
                time.sleep(0.001)
                with lock:
                    now -= 1

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert 2 <= most <= 3


def test_what_takes_long_waits_for_those_that_have_a_turn_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(2)
    turns.step_aside()  # nobody is there
    holder, passed = Asker(turns, "a", []), threading.Event()
    monkeypatch.setattr("excolor.turns.STEP_ASIDE", PATIENCE)
    long = threading.Thread(target=lambda: (turns.step_aside(), passed.set()), daemon=True)
    long.start()
    assert not passed.wait(0.2)
    holder.leave()
    assert passed.wait(PATIENCE)
    monkeypatch.setattr("excolor.turns.STEP_ASIDE", 0.01)
    holder = Asker(turns, "a", [])
    turns.step_aside()  # comes back though the turn goes on
    holder.leave()
