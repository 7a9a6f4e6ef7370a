"""Cells that the scenario saw, against what is documented."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import matches
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline.stalls import Standstill
from tests.checks.declared import declared

EXPECTED = {"a": 1, "b": ("x", "y"), "c": True}


def told(expected: dict[str, object], **seen: object) -> Finding:
    act = declared()
    act.recording.tables["seen"] = seen
    return matches(act, "seen", expected)


@pytest.mark.parametrize("b", ["x", "y"])
def test_each_cell_is_as_documented(b: str) -> None:
    finding = told(EXPECTED, a=1, b=b, c=True, other=9)
    assert (finding.verdict, finding.measured["cells that differ"].value) == (Verdict.HOLDS, 0)
    assert finding.measured["cells"].value == 3
    assert (finding.window, finding.decisive) == ((1, 20), ())


def test_a_single_cell_that_differs_violates() -> None:
    finding = told(EXPECTED, a=1, b="z", c=True)
    assert (finding.verdict, finding.measured["cells that differ"].value) == (Verdict.VIOLATED, 1)
    assert "b: z, not x or y" in finding.why
    assert finding.decisive == ("b: z",)
    assert told(EXPECTED, a=2, b="x", c=False).measured["cells that differ"].value == 2


def test_what_was_not_seen_or_not_asked_for_says_nothing() -> None:
    finding = told(EXPECTED, a=1)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "has no cell b, c" in finding.why
    assert told({}, a=1).verdict is Verdict.INCONCLUSIVE
    assert matches(declared(), "seen", EXPECTED).verdict is Verdict.INCONCLUSIVE
    assert told(EXPECTED, a=2).verdict is Verdict.INCONCLUSIVE


def test_an_outcome_that_is_not_known_decides_nothing_and_hides_nothing() -> None:
    expected: dict[str, object] = {"a": "ok", "b": ("refused", "timeout")}
    open_ = told(expected, a="ok", b="unknown")
    assert open_.verdict is Verdict.INCONCLUSIVE
    assert "The outcome of b in “seen” is not known" in open_.why
    assert told(expected, a="refused", b="unknown").verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ("refused and timeout", Verdict.HOLDS),
        ("refused and unknown", Verdict.INCONCLUSIVE),
        ("ok and unknown", Verdict.VIOLATED),
        ("ok and timeout", Verdict.VIOLATED),
        ("unanswered", Verdict.INCONCLUSIVE),
        ("timeout", Verdict.HOLDS),
    ],
)
def test_each_of_several_outcomes_has_to_agree(seen: str, verdict: Verdict) -> None:
    assert told({"b": ("refused", "timeout")}, b=seen).verdict is verdict


def test_words_that_are_no_outcomes_are_one_value() -> None:
    assert told({"b": "ok and more"}, b="ok and more").verdict is Verdict.HOLDS
    assert told({"b": ("ok", "more")}, b="ok and more").verdict is Verdict.VIOLATED


def test_one_is_not_true_and_nothing_is_not_false() -> None:
    assert told(EXPECTED, a=True, b="x", c=True).verdict is Verdict.VIOLATED
    assert told(EXPECTED, a=1, b="x", c=1).verdict is Verdict.VIOLATED
    assert told({"a": False}, a=0).verdict is told({"a": 0}, a=False).verdict is Verdict.VIOLATED


def test_what_was_seen_after_the_act_is_no_part_of_it() -> None:
    act = declared()
    for cell, at in (("a", 19.0), ("b", 20.0), ("c", 20.1)):
        act.recording.see("seen", {cell: {"a": 1, "b": "x", "c": True}[cell]}, at)
    finding = matches(act, "seen", EXPECTED)
    assert (finding.verdict, "has no cell c" in finding.why) == (Verdict.INCONCLUSIVE, True)
    assert matches(act, "seen", {"a": 1, "b": "x"}).verdict is Verdict.HOLDS


def cells(many: int) -> dict[str, object]:
    return {f"c{at}": at for at in range(many)}


@pytest.mark.parametrize(
    ("many", "says"), [(4, "c3: -, not 3."), (5, "c3: -, not 3; and 1 more."), (6, "; and 2 more.")]
)
def test_four_that_differ_are_told_and_the_others_counted(many: int, says: str) -> None:
    finding = told(cells(many), **dict.fromkeys(cells(many), "-"))
    assert says in finding.why
    assert "c4: -" not in finding.why
    assert finding.measured["cells that differ"].value == many


def test_what_decided_are_the_first_eight_that_differ() -> None:
    finding = told(cells(10), **cells(10) | dict.fromkeys([f"c{at}" for at in range(1, 10)], "-"))
    assert finding.decisive == tuple(f"c{at}: -" for at in range(1, 9))


def test_six_that_agree_are_told() -> None:
    why = told(cells(7), **cells(7)).why
    assert why == "“seen” is as documented: c0: 0; c1: 1; c2: 2; c3: 3; c4: 4; c5: 5; and 1 more."
    assert told(cells(6), **cells(6)).why == "“seen” is as documented: c0: 0; c1: 1; c2: 2; c3: 3; c4: 4; c5: 5."


def test_cells_are_told_in_words() -> None:
    assert "a: yes; b: no" in told({"a": True, "b": False}, a=True, b=False).why
    assert "a: no, not yes or 2" in told({"a": (True, 2)}, a=False).why


def test_an_unknown_outcome_may_be_as_documented_and_may_not() -> None:
    finding = told({"a": "ok", "b": "refused", "c": "ok"}, a="unknown", b="ok", c="ok")
    assert finding.measured["cells that differ"].interval == (1.0, 2.0)
    assert finding.decisive == ("b: ok",)
    four = told(dict.fromkeys("abcde", "ok"), **dict.fromkeys("abcde", "unknown"))
    assert "The outcome of a, b, c, d in" in four.why
    assert four.measured["cells that differ"].interval == (0.0, 5.0)


def test_a_timeout_that_a_standstill_may_have_caused_neither_differs_nor_agrees() -> None:
    def seen(expected: object, **more: object) -> Finding:
        act = declared()
        act.recording.tables["seen"] = {"a": "timeout", **more}
        act.recording.looked["seen"] = {"a": 10.0}
        act.recording.standstills = [Standstill(6.5, 9.9, frozenset({"n1"}))]
        return matches(act, "seen", {"a": expected, **dict.fromkeys(more, "ok")})

    for expected in ("ok", "timeout", ("refused", "timeout")):
        assert seen(expected).verdict is Verdict.INCONCLUSIVE
    assert seen("ok", b="refused").verdict is Verdict.VIOLATED


# -- controls ------------------------------------------------------------------------------------------------------------
SILENT = {"a": "timeout", "b": "refused"}


@pytest.mark.parametrize(
    ("controls", "why"),
    [
        ({}, ""),
        ({"a": "ok", "b": "ok"}, ""),
        ({"a": "ok", "b": "ok", "c": "timeout"}, ""),
        ({"a": "timeout", "b": "ok"}, "The control of “a” was timeout: its client may reach nothing"),
        ({"a": "ok", "b": "ok and timeout"}, "The control of “b” was ok and timeout"),
        ({"a": "ok"}, "The control of “b” was not asked"),
    ],
)
def test_a_client_that_reaches_nothing_proves_nothing(controls: dict[str, str], why: str) -> None:
    cells = {f"{CONTROL}{cell}": outcome for cell, outcome in controls.items()}
    finding = told(dict.fromkeys(SILENT, ("timeout", "refused")), **SILENT, **cells)
    assert finding.verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS), finding.why
    assert why in finding.why
    assert finding.measured["cells"].value == 2
    assert told(dict.fromkeys(SILENT, "refused"), **SILENT, **cells).verdict is Verdict.VIOLATED
