"""Which text decided a verdict: what changes the hash that a proof carries, and what does not."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import wraps
from types import FunctionType, ModuleType
from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.digest import digest_of

Source = Callable[[Any], str]
OURS = "def asks(act):\n    return reaches(act)\n"


def asks_networks(act: Any) -> object:
    return checks.not_reached(act, "table")


def asks_nodes_too(act: Any) -> object:
    return checks.not_reached(act, "table"), checks.turns_unknown(act)


def asks_nothing(act: Any) -> object:
    return act.networks


def digest(test: Callable[..., object], monkeypatch: pytest.MonkeyPatch, /, **changed: str) -> str:
    """The hash of a test, where the source of the test or of some modules of checks is another."""

    def source(of: ModuleType | FunctionType) -> str:
        own = of.__name__.rpartition(".")[2] if isinstance(of, ModuleType) else "test"
        return changed.get(own, f"name = {own!r}\n")

    with monkeypatch.context() as context:
        context.setattr(inspect, "getsource", source)
        return digest_of.__wrapped__(test)


def test_a_digest_is_sixteen_hexadecimal_digits_and_taken_once() -> None:
    assert re.fullmatch("[0-9a-f]{16}", digest_of(asks_networks))
    assert digest_of(asks_networks) is digest_of(asks_networks)
    assert len({digest_of(one) for one in (asks_networks, asks_nodes_too, asks_nothing)}) == 3


@pytest.mark.parametrize(
    ("test", "about"),
    [
        (asks_nothing, {"evidence", "lanes"}),
        (asks_networks, {"evidence", "lanes", "networks"}),
        (asks_nodes_too, {"evidence", "lanes", "networks", "nodes"}),
    ],
)
def test_a_digest_is_about_the_test_the_checks_that_it_calls_and_what_all_go_through(
    monkeypatch: pytest.MonkeyPatch, test: Callable[..., object], about: set[str]
) -> None:
    before = digest(test, monkeypatch)
    modules = ("evidence", "lanes", "networks", "nodes", "coverage", "limits")
    assert {one for one in modules if digest(test, monkeypatch, **{one: "name = 'another'\n"}) != before} == about
    assert digest(test, monkeypatch, test="def another(): ...\n") != before


def test_what_a_decorated_test_calls_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    @wraps(asks_networks)
    def decorated(act: Any) -> object:
        return asks_networks(act)

    assert digest(decorated, monkeypatch) == digest(asks_networks, monkeypatch)


def test_a_test_whose_source_cannot_be_had_has_no_digest() -> None:
    found: dict[str, Any] = {}
    exec("def typed(act): ...", found)
    assert digest_of(found["typed"]) == ""


# -- what changes none of the rest changes no verdict -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "same",
    [
        "def asks(act):  # why\n    return reaches(act)\n",
        "    def asks(act):\n        return reaches(act)\n",
        "def asks(act):\n\n    return (\n        reaches(act)\n    )\n",
        'def asks(act):\n    """What it asks."""\n    return reaches(act)\n',
        '"""The module."""\ndef asks(act):\n    return reaches(act)\n',
    ],
)
def test_comments_docstrings_and_layout_are_left_out(monkeypatch: pytest.MonkeyPatch, same: str) -> None:
    assert digest(asks_nothing, monkeypatch, test=same) == digest(asks_nothing, monkeypatch, test=OURS)


@pytest.mark.parametrize(
    "other",
    [
        "def asks(act):\n    return reaches(act, 1)\n",
        "def asks(act):\n    return reaches(act)\n\nmore = 1\n",
        "def asks(act):\n    act\n    return reaches(act)\n",
        "def asks(act):\n    return 'reaches(act)'\n",
        "async def asks(act):\n    return reaches(act)\n",
    ],
)
def test_all_else_counts(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    assert digest(asks_nothing, monkeypatch, test=other) != digest(asks_nothing, monkeypatch, test=OURS)


@pytest.mark.parametrize("kind", ["def asks():", "async def asks():", "class Asks:"])
def test_docstrings_of_all_that_has_one_are_left_out(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def of(*lines: str) -> str:
        return digest(asks_nothing, monkeypatch, lanes="\n    ".join([kind, *lines]) + "\n")

    assert of('"""What it is."""', "one = 1") == of("one = 1") != of("two = 1")
    assert of('"""What it is."""') == of("pass") != of("one = 1")
    assert of("one = 1", '"""Behind it."""') != of("one = 1"), "only what comes first is a docstring"
