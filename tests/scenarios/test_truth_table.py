"""Cells of a truth table: what was seen last, and between which two looks it changed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.scenarios.truth_table import Cell, Client, Door, TruthTable, cell, together

DOOR = Door("server:80", "a/server/u1", "10.0.0.1", 80)


class Drawn(Exception):
    """The drawing ends here."""


class Network:
    """Answers each client by the letters of a drawing, one after the other: o is let through, r refused, u unknown."""

    def __init__(self, **drawings: str) -> None:
        self._left: dict[str, Iterator[str]] = {name: iter(drawing) for name, drawing in drawings.items()}
        self.run = SimpleNamespace(kube=self)
        self.namespace = "a"
        self.asked: list[dict[str, Any]] = []

    def request(self, verb: str, path: str, question: dict[str, Any]) -> str:
        self.asked.append(question)
        (client,) = re.findall(r"/namespaces/a/pods/(\w+):8080/proxy/ask", path)
        outcome = {"o": "ok", "r": "refused", "u": "unknown", "": ""}[next(self._left[client], "")]
        if not outcome:
            raise Drawn
        return json.dumps({"outcome": outcome, "took": 0.0})

    def wait(self, look: Callable[[], bool], patience: Patience, what: str) -> None:
        """Look until it is as wanted, or nothing is drawn any more."""
        try:
            while not look():
                pass
        except Drawn:
            pass


def stepped(passes: dict[str, bool], **drawings: str) -> dict[str, Cell]:
    network: Any = Network(**drawings)
    table = TruthTable(network, [Client(name, name) for name in drawings], [DOOR])
    return table.step("step", time.time(), {cell(name, DOOR.name): wanted for name, wanted in passes.items()})


def test_a_cell_changes_between_the_last_look_before_and_the_first_after() -> None:
    seen = stepped({"friend": True, "stranger": False}, friend="ooo", stranger="oor")
    friend, stranger = seen["friend → server:80"], seen["stranger → server:80"]
    assert (friend.outcome, stranger.outcome) == ("ok", "refused")
    assert friend.low == 0.0
    assert friend.high is not None
    assert stranger.high is not None
    assert 0.0 < friend.high < stranger.low < stranger.high


def test_a_cell_that_changes_back_is_not_in_force() -> None:
    seen = stepped({"friend": True, "stranger": False}, friend="oor", stranger="ooo")
    assert seen["friend → server:80"].high is None
    assert seen["friend → server:80"].outcome == "refused"


def test_an_outcome_that_is_not_known_is_not_taken_for_blocked() -> None:
    seen = stepped({"stranger": False}, stranger="ouuu")
    assert (seen["stranger → server:80"].outcome, seen["stranger → server:80"].high) == ("unknown", None)


def test_the_last_cell_counts_for_a_step() -> None:
    assert together([Cell("ok", 0.0, 0.25), Cell("refused", 0.5, 1.0)]) == (0.5, 1.0)
    assert together([Cell("ok", 0.0, 0.25), Cell("ok", 2.0, None)]) == (2.0, None)


@pytest.mark.parametrize("low", [0.0, 0.5])
def test_windows_are_in_milliseconds(low: float) -> None:
    assert Cell("ok", low, 1.23456).window == (low, 1.235)
