"""What keeps *holds* from being said, one rule each. A tenth of a second is a character, an act lasts a minute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.lanes import never_asked, span
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, ActSpan, Change
from kubeskeptic.timeline.recording import Gap
from tests.checks.minute import GOOD, MINUTE, found, minute, says, without
from tests.drawn import gone, lane, pod


def test_enough_was_seen() -> None:
    says(found(minute(GOOD)), "")
    says(found(minute(GOOD, GOOD)), "")


def test_what_cannot_be_measured_says_where_it_looked() -> None:
    def gives_up(act: Act) -> None:
        act.lanes("web")
        raise Inconclusive("no")

    def is_not_asked(act: Act) -> None:
        raise NotAsked("not here")

    finding = found(minute(GOOD), gives_up)
    assert (finding.verdict, finding.why) == (Verdict.INCONCLUSIVE, "no")
    assert (finding.probes, finding.window) == (("web",), (1, 60))
    assert found(minute(GOOD), is_not_asked).verdict is Verdict.SKIPPED
    assert found(minute(GOOD, spans=(ActSpan("act", 0),)), gives_up).window is None


def test_a_check_that_reads_nothing_holds_nothing() -> None:
    says(found(minute(GOOD), lambda act: None), "read no lane, no API object and no table")
    says(found(minute(GOOD), lambda act: act.changes("Pod")), "")
    one = minute(GOOD)
    one.recording.tables["seen"] = {}
    says(found(one, lambda act: act.table("seen")), "")


def test_a_violation_stays_one_whatever_was_not_seen() -> None:
    assert found(minute(without(*range(100, 200))), value=9).verdict is Verdict.VIOLATED
    assert found(minute(GOOD), lambda act: None, value=9).verdict is Verdict.VIOLATED


def gap(since: float, until: float | None, kind: str = "Pod", source: str = "watch") -> Gap:
    return Gap(source, "", "", kind, since, until, "it was cut off")


@pytest.mark.parametrize(
    ("one", "matters"),
    [
        (gap(10, 11), True),
        (gap(-5, 0.1), True),
        (gap(-5, 0), False),
        (gap(59.9, None), True),
        (gap(60, 70), False),
        (gap(10, 11, "Service"), False),
        (gap(10, 11, source="probe"), False),
    ],
)
def test_a_watch_must_not_have_been_interrupted_where_it_matters(one: Gap, matters: bool) -> None:
    act, other = minute(GOOD), minute(GOOD)
    act.recording.gaps.append(one)
    other.recording.gaps.append(one)
    says(found(act, lambda act: act.changes("Pod")), "The watch of Pod was interrupted" if matters else "")
    says(found(other), "")  # of a check that reads no pods


@pytest.mark.parametrize(
    ("bound", "why"), [(57, ""), (58, "The act ended 58.0 s after the fault"), (59, "The act ended 58.0 s after")]
)
def test_the_act_must_last_until_the_bound_has_passed(bound: float, why: str) -> None:
    act = minute(GOOD, faults=(gone(2.0),))

    def reads(act: Act) -> None:
        act.lanes("web")
        act.lasts(Bound(bound, "s", "test"))

    says(found(act, reads), why)


def test_an_act_that_was_broken_off_holds_nothing() -> None:
    act = minute(GOOD, spans=(*MINUTE, ActSpan("other", 60, 61)))
    says(found(act), "The acts were not played completely")


def test_samples_between_two_times() -> None:
    one = lane("." * 10 + "  " + "." * 8)
    assert span(one, 0.05, 0.5) == range(1, 5)  # 0.5 itself is after it
    assert never_asked([one, one], 0, 2) == 4
    assert never_asked([one], 0, 0.95) == 0
    assert never_asked([one], 5, 6) == 0


WIDER = st.floats(0, 3)


@settings(max_examples=30, deadline=None)
@given(st.permutations([pod(at / 10, f"p{at % 3}", app=f"a{at % 2}") for at in range(1, 9)]))
def test_the_order_in_which_changes_are_given_is_nothing(changes: list[Change]) -> None:
    def seen(changes: list[Change]) -> list[Change]:
        return list(minute(GOOD, changes=tuple(changes)).changes("Pod"))

    assert seen(changes) == seen(sorted(changes, key=lambda one: one.seen))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 590), st.integers(1, 9), WIDER, st.floats(-2, 9))
def test_more_holes_never_make_it_hold(at: int, length: int, value: float, more: float) -> None:
    before = found(minute(without(*range(at, at + length)), GOOD), value=value + more)
    after = found(minute(without(*range(at, at + length + 1)), GOOD), value=value + more)
    assert after.verdict in (before.verdict, Verdict.INCONCLUSIVE)
    assert before.verdict is not Verdict.INCONCLUSIVE or after.verdict is Verdict.INCONCLUSIVE
