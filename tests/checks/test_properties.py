"""What must be so of every check, whatever was seen: doubt only takes away, a violation stays one, order is nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeskeptic.checks import answers_everywhere, available, fails_at_most, never_fails, same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.checks.faulted import ONE_SECOND, PODS
from tests.drawn import WEB, gone, lane, watched

Check = Callable[[Sequence[Lane]], Finding]

SPAN = (ActSpan("act", 0, 1, 4),)
DRAWING = st.lists(st.sampled_from("." * 30 + "rxtw? "), min_size=40, max_size=40).map("".join)
"""Four seconds of a lane, mostly good: the fault is at one second."""
DRAWINGS = st.lists(DRAWING, min_size=1, max_size=3)
DOUBT = st.floats(0, 1)


def _after_a_fault(measure: Callable[..., Finding]) -> Check:
    return lambda lanes: measure(watched(*lanes, faults=(gone(1.0),), within=ONE_SECOND, spans=SPAN, pods=PODS), "web")


CHECKS: dict[str, Check] = {
    "fails_at_most": _after_a_fault(fails_at_most),
    "never_fails": _after_a_fault(never_fails),
    "available": lambda lanes: available(watched(*lanes, spans=SPAN), "web"),
    "answers_everywhere": lambda lanes: answers_everywhere(watched(*lanes, spans=SPAN, pods={"pod-a": "n1"}), "web"),
    "same_answer": lambda lanes: same_answer(watched(*lanes, spans=SPAN), "name"),
}
every_check = pytest.mark.parametrize("name", CHECKS)


def lanes(name: str, drawings: Sequence[str], doubt: float = 0.0) -> list[Lane]:
    probe, by = ("name", WEB) if name == "same_answer" else ("web", "pod-a")
    made = [lane(drawing, f"n{at + 1}", probe, by=by) for at, drawing in enumerate(drawings)]
    for one in made:
        one.doubt = doubt
    return made


def verdict(name: str, drawings: Sequence[str], doubt: float = 0.0) -> Verdict:
    return CHECKS[name](lanes(name, drawings, doubt)).verdict


@every_check
@settings(max_examples=25, deadline=None)
@given(drawings=DRAWINGS, more=DRAWING)
def test_another_node_never_makes_a_violation_hold(name: str, drawings: list[str], more: str) -> None:
    if verdict(name, drawings) is Verdict.VIOLATED:
        after = verdict(name, [*drawings, more])
        assert after is Verdict.VIOLATED or (
            after is Verdict.INCONCLUSIVE and set(more[:10]) > {"."}
        )  # a dirty baseline


@every_check
@settings(max_examples=25, deadline=None)
@given(drawings=DRAWINGS, doubts=st.tuples(DOUBT, DOUBT))
def test_more_doubt_about_the_clock_decides_nothing(
    name: str, drawings: list[str], doubts: tuple[float, float]
) -> None:
    sure, unsure = sorted(doubts)
    before, after = verdict(name, drawings, sure), verdict(name, drawings, unsure)
    assert after in (before, Verdict.INCONCLUSIVE)


@every_check
@settings(max_examples=25, deadline=None)
@given(drawings=DRAWINGS)
def test_the_order_of_nodes_is_nothing(name: str, drawings: list[str]) -> None:
    made = lanes(name, drawings)
    assert CHECKS[name](made).verdict is CHECKS[name](made[::-1]).verdict


@every_check
@settings(max_examples=25, deadline=None)
@given(drawings=DRAWINGS, at=st.integers(11, 38), which=st.integers(0, 2), unseen=st.sampled_from("? "))
def test_what_was_not_seen_never_makes_it_hold(
    name: str, drawings: list[str], at: int, which: int, unseen: str
) -> None:
    drawing = drawings[which % len(drawings)]
    without = [drawing[:at] + unseen + drawing[at + 1 :] if one is drawing else one for one in drawings]
    if verdict(name, drawings) is not Verdict.HOLDS and drawing[at] in ".? ":
        assert verdict(name, without) is not Verdict.HOLDS
