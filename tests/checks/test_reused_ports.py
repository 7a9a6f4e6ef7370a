"""Which failed lookups does the earlier use of their port explain? Signs and times are those of `test_resolving.py`: a pod is
deleted at 1 s, was seen to have ended at 1.5 s, and the bound is 1 s.
"""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.findings import Finding, Verdict
from tests.checks.test_resolving import kept, served
from tests.drawn import WEB, lane

LENGTH = 60
ENDED = 4.0
"""When the pod was seen to have ended, unless a test says otherwise."""


def again(*uses: tuple[int, int, str], ended: float = ENDED, doubt: float = 0.0) -> Finding:
    """Lookups, each (tick, tick of the earlier use of its port, sign); all others are answered and have ports of their own."""
    signs = {at: sign for at, _, sign in uses}
    drawing = "".join(signs.get(at, ".") for at in range(LENGTH))
    ports = {tick: 50000 + before for at, before, _ in uses for tick in (at, before)}
    one = lane(drawing, "n1", "name", by=WEB, ports=ports)
    one.doubt = doubt
    return served(one, kept("." * LENGTH), end=LENGTH / 10, phases={"bit": ended})


@pytest.mark.parametrize(
    ("before", "reused"),
    [
        (5, 1),
        (20, 1),  # the bound after the deletion: until then a new port may be led to the pod
        (21, 0),
        (44, 0),  # 0.1 s earlier a server that still runs answered it
    ],
)
def test_only_an_answer_of_the_pod_that_ended_explains_a_failure(before: int, reused: int) -> None:
    found = again((45, before, "t"))
    assert found.measured["failed from reused ports"].value == reused
    assert found.measured["failed from new ports"].interval == Interval(1 - reused, 1 - reused)
    assert found.verdict is (Verdict.HOLDS if reused else Verdict.VIOLATED), found.why


def test_a_clock_in_doubt_makes_the_earlier_use_no_later() -> None:
    assert again((45, 21, "t"), doubt=0.1).verdict is Verdict.HOLDS
    assert again((45, 22, "t"), doubt=0.1).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("tick", "reused"), [(50, 1), (51, 0)])
def test_it_explains_one_until_the_bound_after_the_end(tick: int, reused: int) -> None:
    assert again((tick, 5, "t")).measured["failed from reused ports"].value == reused


def test_the_last_use_of_a_port_decides() -> None:
    unanswered = again((40, 5, "t"), (45, 40, "t"))
    assert unanswered.measured["failed from reused ports"].value == 1, "the first failure was from a new port"
    drawn = lane("." * 45 + "t" + "." * 14, "n1", "name", by=WEB, ports=dict.fromkeys((5, 30, 45), 50000))
    found = served(drawn, kept("." * LENGTH), end=LENGTH / 10, phases={"bit": ENDED})
    assert found.verdict is Verdict.VIOLATED, "a server that still runs answered it since"


@pytest.mark.parametrize("sign", ["t", "w"])
def test_an_unanswered_use_explains_one_and_a_wrong_answer_does_not(sign: str) -> None:
    drawing = "." * 40 + sign + "." * 4 + "t" + "." * 14
    drawn = lane(drawing, "n1", "name", by=WEB, ports=dict.fromkeys((40, 45), 50000))
    found = served(drawn, kept("." * LENGTH), end=LENGTH / 10, phases={"bit": ENDED})
    assert found.measured["failed from reused ports"].value == (sign == "t")
    assert found.verdict is Verdict.VIOLATED, "the first of them was from a new port"


def test_lookups_without_a_port_reuse_none() -> None:
    drawn = lane("." * 45 + "t" + "." * 14, "n1", "name", by=WEB, ports=dict.fromkeys((5, 45), 0))
    found = served(drawn, kept("." * LENGTH), end=LENGTH / 10, phases={"bit": ENDED})
    assert found.measured["failed from reused ports"].value == 0


@pytest.mark.parametrize(
    ("last", "verdict"),
    [(30, Verdict.HOLDS), (31, Verdict.INCONCLUSIVE), (32, Verdict.VIOLATED)],
)
def test_failures_from_reused_ports_last_no_longer_than_those_from_kept_ports(last: int, verdict: Verdict) -> None:
    found = again((21, 3, "t"), (26, 4, "t"), (last, 5, "t"))
    assert found.measured["outage of reused ports"].interval == pytest.approx(((last - 21) / 10, (last - 20) / 10))
    assert found.verdict is verdict, found.why


@pytest.mark.parametrize(("count", "verdict"), [(4, Verdict.HOLDS), (5, Verdict.INCONCLUSIVE)])
def test_more_reused_ports_than_chance_explains(count: int, verdict: Verdict) -> None:
    found = again(*((22 + at, 1 + at, "t") for at in range(count)))
    assert found.measured["failed from reused ports"].value == count
    assert found.verdict is verdict, found.why
    assert ("failed from reused ports, more than chance explains" in found.why) is (verdict is Verdict.INCONCLUSIVE)


def test_they_are_told() -> None:
    assert (
        "0 of 118 lookups failed from new ports, 1 from reused ones, and none from kept ports."
        in again((45, 5, "t")).why
    )


def test_a_failure_long_after_the_end_of_every_pod_has_no_explanation() -> None:
    assert again((45, 5, "t"), ended=1.5).verdict is Verdict.VIOLATED
