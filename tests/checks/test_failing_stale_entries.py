"""Failures that stale conntrack entries explain. A tenth of a second is a character; the fault is at 1 s; the margin is 2 s."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubeskeptic.checks import fails_at_most
from kubeskeptic.counting import counted
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan
from tests.checks.faulted import ONE_SECOND, PODS, failing, none
from tests.drawn import gone, lane, watched


@pytest.mark.parametrize(
    ("first", "again", "verdict"),
    [
        ("t", 30, Verdict.HOLDS),  # 1.5 s after a timeout on the same port: a stale entry
        ("r", 30, Verdict.VIOLATED),  # a refused connection leaves no entry
        ("t", 80, Verdict.VIOLATED),  # the entry is long gone
    ],
)
def test_stale_entries_are_counted_apart(first: str, again: int, verdict: Verdict) -> None:
    drawing = "." * 15 + first + "." * (again - 16) + "t" + "." * 20
    finding = failing(lane(drawing, ports={15: 50000, again: 50000}), end=(again + 21) / 10)
    assert finding.verdict is verdict, finding.why
    assert finding.measured["failed by stale conntrack"].value == (verdict is Verdict.HOLDS)


@pytest.mark.parametrize("check", [failing, none])
@pytest.mark.parametrize(
    ("drawing", "ports", "met", "by_chance"),
    [
        ("t" + "." * 14 + "." + "." * 31, {0: 50000, 15: 50000}, 0, True),
        ("t" + "." * 14 + "t" + "." * 31, {0: 50000, 15: 50000}, 1, True),
        ("tt" + "." * 13 + "tt" + "." * 30, {0: 50000, 1: 50001, 15: 50000, 16: 50001}, 2, False),
    ],
)
def test_chance_alone_meets_an_entry_of_before_the_fault(
    check: Callable[..., Finding], drawing: str, ports: dict[int, int], met: int, by_chance: bool
) -> None:
    """The silence was in an earlier act: 0.5 s before the baseline of this one, and 1 s before its fault."""
    finding = check(lane(drawing, ports=ports), end=4.6, baseline=0.5)
    assert finding.verdict is (Verdict.HOLDS if by_chance else Verdict.INCONCLUSIVE), finding.why
    said = "of “web” on n1 matched conntrack entries that are older than the fault, more than chance explains"
    assert (f"{counted(met, 'failure')} {said}" in finding.why) is not by_chance
    assert (f"Counted separately: {met} later failure" in finding.why) is bool(met)
    assert (finding.measured["asked"].value, finding.measured["failed by stale conntrack"].value) == (36, met)


@pytest.mark.parametrize(
    ("silent", "asked", "by_chance"),
    [
        ({35: "t"}, 15, True),
        ({35: "t"}, 14, False),
        ({35: "t", 30: "t"}, 14, True),
        ({35: "t", 30: "t"}, 8, True),
        ({35: "t", 30: "t"}, 7, False),
        ({35: "t", 30: "r"}, 14, False),  # a refused connection leaves no entry
        ({35: "t", 20: "t"}, 14, True),
        ({35: "t", 19: "t"}, 14, False),  # 4.1 s before the fault: the entry is gone, with a margin of 2 s
        ({35: "t", 66: "t"}, 14, False),  # after the fault
    ],
)
def test_the_more_entries_there_are_the_more_of_them_are_met_by_chance(
    silent: dict[int, str], asked: int, by_chance: bool
) -> None:
    """The fault is at 6 s. The last of the requests after it uses the port that timed out at 3.5 s."""
    ticks = ["."] * (60 + asked)
    for tick, sign in {**silent, len(ticks) - 1: "t"}.items():
        ticks[tick] = sign
    one = lane("".join(ticks), ports={35: 50000, len(ticks) - 1: 50000})
    spans = (ActSpan("act", 5.9, 6.0, len(ticks) / 10),)
    finding = fails_at_most(watched(one, faults=(gone(6.0),), within=ONE_SECOND, spans=spans, pods=PODS), "web")
    assert ("1 failure of “web” on n1 matched" in finding.why) is not by_chance, finding.why


def test_a_good_answer_shows_that_a_stale_entry_is_gone() -> None:
    finding = failing(lane("." * 11 + "t.t" + "." * 30, ports={11: 50000, 12: 50000, 13: 50000}), end=4.4)
    assert (finding.measured["failed"].value, finding.measured["failed by stale conntrack"].value) == (2, 0)


def test_a_refusal_is_no_stale_entry() -> None:
    finding = failing(lane("." * 11 + "t.r" + "." * 30, ports={11: 50000, 13: 50000}), end=4.4)
    assert finding.measured["failed by stale conntrack"].value == 0


@pytest.mark.parametrize(
    ("asked", "explained"),
    [
        ("t" * 9 + "." + "." * 10, 9),
        ("t" * 10 + "." * 10, 0),  # a whole second: no client meets only ports that had timed out
        ("." + "t" * 9 + "." * 10, 9),
        ("t" * 20, 0),
        ("t" * 19 + ".", 9),
    ],
)
def test_conntrack_entries_explain_what_chance_can_meet(asked: str, explained: int) -> None:
    """Timeouts from 1 to 2 s leave entries; from 2 s on all that times out reuses their ports."""
    drawing = "." * 10 + "t" * 10 + asked
    ports = {tick: 50000 + tick % 10 for tick in range(10, 40) if drawing[tick] == "t"}
    finding = failing(lane(drawing + "." * 30, ports=ports), end=6.0)
    assert finding.measured["failed by stale conntrack"].value == explained
    assert finding.measured["failed"].value == drawing.count("t") - explained


@pytest.mark.parametrize(("tick", "verdict"), [(40, Verdict.HOLDS), (41, Verdict.VIOLATED)])
def test_stale_entries_fail_until_they_expire(tick: int, verdict: Verdict) -> None:
    """The bound is 1 s, and an entry expires 2 s after the last that was made by then."""
    drawing = "." * 18 + "t" + "." * (tick - 19) + "t" + "." * (60 - tick)
    finding = failing(lane(drawing, ports={tick: 40018}), end=6.0, SYN_SENT=2.0)
    assert finding.measured["failed by stale conntrack"].value == 1
    assert finding.verdict is verdict, finding.why
    assert finding.bounds["clients still failing"].value == 3
