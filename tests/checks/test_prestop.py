"""Two updates of two pods each, from 1 to 5 s and from 6 to 10 s: the first replaces pods with a delay of 5 s, the second those
without one. A character is a tenth of a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.checks import fails_below_a_delay_only
from kubeskeptic.checks.prestop import Update
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap, Lane, Sample
from tests.drawn import SIGNS, endpoints, pod, recording, service, settings

SLOW, QUICK = ActSpan("5 s", 0, 1, 5), ActSpan("0 s", 5.5, 6, 10)
PODS = [(0.0, "a", "5"), (0.0, "b", "5"), (2.0, "c", "0"), (3.0, "d", "0"), (7.0, "e", "0"), (8.0, "f", "0")]
ENDS = [(3.5, "a", "5"), (4.0, "b", "5"), (8.5, "c", "0"), (9.0, "d", "0")]
GOOD = "." * 100


def at(seen: float, name: str, delay: str, type: str = "ADDED") -> Change:
    change = pod(seen, name, type=type)
    change.object["metadata"]["labels"]["delay"] = delay
    return change


REPLACED = [*(at(*one) for one in PODS), *(at(*one, type="DELETED") for one in ENDS)]
BY_TURNS = [endpoints(0.0, *"ab"), endpoints(2.0, *"abcd", type="MODIFIED"), endpoints(7.0, *"cdef", type="MODIFIED")]


def judged(
    drawing: str = GOOD, *, changes: list[Change] | None = None, spans: tuple[ActSpan, ...] = (SLOW, QUICK),
    by: str = "", ports: Mapping[int, int] = MappingProxyType({}), gaps: tuple[Gap, ...] = (), other: str = GOOD,
    enough: float = 5, late: Mapping[int, float] = MappingProxyType({}), **more: float,
) -> Finding:  # fmt: skip
    lanes = [asked(drawing, "n1", by, ports), asked(other, "n2", by, {})]
    for tick, took in late.items():
        lanes[0].took[tick] = took
    seen = recording(
        service(),
        *BY_TURNS,
        *(REPLACED if changes is None else changes),
        lanes={(one.node, one.probe): one for one in lanes},
        nodes=("n1", "n2"),
        specs={"web": {"host": "10.96.0.1", "port": 80}},
        acts={span.name: span for span in spans},
        gaps=list(gaps),
        settings=settings(**{"SYNC": 0.0, "SYN_SENT": 2.0, **more}),
    )
    act = Act(seen, [span.name for span in spans])
    return fails_below_a_delay_only(act, "web", 2, "delay", enough=enough)


def asked(drawing: str, node: str, by: str, ports: Mapping[int, int]) -> Lane:
    """A lane that is answered by a pod which is an endpoint then, or by this one."""
    samples = []
    for tick, sign in enumerate(drawing):
        who = by or ("ns/a/a" if tick < 30 else "ns/c/c" if tick < 80 else "ns/e/e")
        one = Sample(
            tick,
            tick / 10,
            0.001,
            SIGNS.get(sign, Outcome.OK),
            "ns/d/d" if sign == "d" else who if sign == "." else "",
            ports.get(tick, 40000 + tick),
        )
        samples += [one] if sign != " " else []
    return Lane(node, "web", 0.1, samples)


def with_failures(sign: str, *ticks: int) -> str:
    return "".join(sign if tick in ticks else "." for tick in range(100))


def test_none_fail_with_the_delay_and_some_without_it() -> None:
    found = judged(with_failures("r", 85, 86, 92))
    assert found.verdict is Verdict.HOLDS, found.why
    assert "5 s: none of 100 failed; 0 s: 3 of 80 failed (3.75 %: 3 refused), the longest outage 0.80 s." in found.why
    assert found.measured["failed, 0 s"].value == 3
    assert found.measured["share, 0 s"].value == 3.75
    assert list(found.bounds) == ["failed, 5 s"]
    assert (found.nodes, found.window, found.probes) == (("n1", "n2"), (1, 10), ("web",))


def test_one_that_fails_or_is_unknown_in_an_update_with_the_delay() -> None:
    found = judged(with_failures("t", 35))
    assert found.verdict is Verdict.VIOLATED
    assert found.decisive == ("5 s: 1 of 100 failed (1.00 %: 1 timeout), the longest outage 0.10 s",)
    assert judged(with_failures("?", 35)).verdict is Verdict.INCONCLUSIVE
    assert judged(with_failures("r", 52)).verdict is Verdict.VIOLATED  # after it ended, and before the next began


def test_a_stranger_is_a_failure() -> None:
    assert judged(by="ns/x/x").verdict is Verdict.VIOLATED


def test_a_stale_entry_is_counted_apart() -> None:
    found = judged(with_failures("t", 62, 70), ports={62: 1, 70: 1})
    assert found.measured["failed, 0 s"].value == 1
    assert found.measured["failed by stale conntrack, 0 s"].value == 1


def test_an_update_that_did_not_replace_all() -> None:
    left = [change for change in REPLACED if (change.name, change.type) != ("b", "DELETED")]
    assert "ended before all 2 pods had been replaced" in judged(changes=left).why
    assert judged(changes=left).verdict is Verdict.INCONCLUSIVE
    mixed = [at(0.0, "b", "2") if change.name == "b" else change for change in REPLACED]
    assert "began with 2 pods of 2 delays" in judged(changes=mixed).why


def test_what_was_not_seen_is_inconclusive() -> None:
    hole = GOOD[:30] + "   " + GOOD[33:]
    assert judged(hole).verdict is Verdict.INCONCLUSIVE
    gap = Gap("watch", "", "", "Pod", 2.0, 2.5, "the connection broke")
    assert judged(gaps=(gap,)).verdict is Verdict.INCONCLUSIVE
    assert "no update of pods with a preStop delay of 5 s" in judged(spans=(QUICK,)).why


def test_an_update_that_was_broken_off_may_still_violate() -> None:
    off = (SLOW, ActSpan("0 s", 5.5, 6, None))
    assert judged(with_failures("r", 35), spans=off).verdict is Verdict.VIOLATED
    assert judged(spans=off).verdict is Verdict.INCONCLUSIVE
    begun = [change for change in REPLACED if change.seen < 8.5]  # one of two was replaced when it broke off
    assert judged(with_failures("r", 35), changes=begun, spans=off).verdict is Verdict.VIOLATED


# -- each boundary ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("took", "late"), [(0.9, 0), (0.91, 1)])
def test_an_answer_after_a_retransmission_is_late(took: float, late: int) -> None:
    found = judged(late={35: took})
    assert found.measured["failed, 5 s"].value == late
    assert ("1 late" in found.why) == bool(late)


@pytest.mark.parametrize(("delay", "verdict"), [(5.0, Verdict.VIOLATED), (5.5, Verdict.INCONCLUSIVE)])
def test_enough_is_the_delay_itself_or_more(delay: float, verdict: Verdict) -> None:
    assert judged(with_failures("r", 35), enough=delay).verdict is verdict


def test_every_update_whose_delay_is_enough_is_judged() -> None:
    found = judged(with_failures("r", 75), enough=0)
    assert list(found.bounds) == ["failed, 5 s", "failed, 0 s"]
    assert found.verdict is Verdict.VIOLATED
    assert len(found.decisive) == 1


@pytest.mark.parametrize(("tick", "slow", "quick"), [(10, 1, 0), (59, 1, 0), (60, 0, 1), (99, 0, 1)])
def test_an_update_lasts_until_the_next_begins(tick: int, slow: int, quick: int) -> None:
    found = judged(with_failures("r", tick))
    assert [found.measured[f"failed, {name}"].value for name in ("5 s", "0 s")] == [slow, quick]


def test_what_fails_on_all_nodes_is_summed_and_the_longest_outage_is_told() -> None:
    found = judged(with_failures("r", 70, 71), other=with_failures("t", 80, 81, 82, 83))
    assert found.measured["failed, 0 s"].value == 6
    assert found.measured["share, 0 s"].value == 7.5
    assert found.measured["longest outage, 0 s"].value == 0.4
    assert "6 of 80 failed (7.50 %: 4 timeout, 2 refused), the longest outage 0.40 s" in found.why
    assert judged(with_failures("r", 70, 71)).measured["longest outage, 0 s"].value == 0.2
    assert found.measured["longest outage, 5 s"].value == 0


def test_what_is_not_known_may_have_failed_and_is_no_failure() -> None:
    found = judged(with_failures("?", 70, 71))
    assert found.measured["failed, 0 s"].interval == (0.0, 2.0)
    assert found.measured["failed, 5 s"].interval == (0.0, 0.0)


def test_a_question_that_was_never_asked_is_counted() -> None:
    assert judged(GOOD[:30] + " " + GOOD[31:]).measured["never asked"].value == 1
    assert judged().measured["never asked"].value == 0


def test_whether_a_pod_was_an_endpoint_is_not_known_with_a_gap() -> None:
    gap = Gap("watch", "", "", "EndpointSlice", 2.0, 2.5, "the connection broke")
    found = judged(by="ns/x/x", gaps=(gap,))
    assert found.measured["failed, 5 s"].interval == (0.0, 100.0)
    assert "100 answered by a pod that was not an endpoint" in judged(by="ns/x/x").why
    refused = judged(with_failures("r", 35), gaps=(gap,))
    assert refused.measured["failed, 5 s"].interval == (1.0, 1.0), "whoever was an endpoint"


@pytest.mark.parametrize(("sync", "failed"), [(0.0, 9), (0.5, 4), (1.0, 0)])
def test_a_pod_may_answer_for_the_programming_lag_after_it_was_no_endpoint(sync: float, failed: int) -> None:
    found = judged(by="ns/b/b", other=" ", SYNC=sync)
    assert found.measured["failed, 0 s"].value == failed, "from 7 s on it was no endpoint, and the margin is 2 s"


@pytest.mark.parametrize(("second", "stale"), [(92, 1), (93, 0)])
def test_an_entry_is_stale_for_its_timeout_and_the_margin(second: int, stale: int) -> None:
    found = judged(with_failures("t", 62, second), ports={62: 1, second: 1}, SYN_SENT=1.0)
    assert found.measured["failed by stale conntrack, 0 s"].value == stale


# -- what was replaced -----------------------------------------------------------------------------------------------------
def test_pods_of_other_apps_are_not_replaced() -> None:
    other = pod(0.0, "z", app="other")
    assert judged(changes=[*REPLACED, other]).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ([at(0.5, "z", "5")], "“5 s” began with 3 pods of 1 delay"),
        ([at(0.5, "b", "5", "DELETED")], "“5 s” began with 1 pod of 1 delay"),
        ([at(5.5, "z", "0")], "“5 s” ended before all 2 pods had been replaced"),
        ([at(5.5, "d", "0", "DELETED")], "“5 s” ended before all 2 pods had been replaced"),
        ([at(9.5, "z", "0")], "“0 s” ended before all 2 pods had been replaced"),
    ],
)
def test_as_many_pods_have_to_be_there_before_and_after(more: list[Change], why: str) -> None:
    found = judged(changes=[*REPLACED, *more])
    assert (found.verdict, why in found.why) == (Verdict.INCONCLUSIVE, True)


def test_pods_that_are_not_ready_after_it_have_not_replaced_others() -> None:
    unready = pod(5.5, "d", ready=False)
    assert "“5 s” ended before all 2 pods" in judged(changes=[*REPLACED, unready]).why


def test_pods_without_a_delay_say_nothing() -> None:
    bare = [pod(0.0, name) if name in "ab" else at(seen, name, delay) for seen, name, delay in PODS]
    assert judged(changes=[*bare, *(at(*one, type="DELETED") for one in ENDS)]).verdict is Verdict.INCONCLUSIVE


def test_an_update_that_did_not_begin_is_none() -> None:
    found = judged(spans=(SLOW, ActSpan("0 s", 5.5, None, None)))
    assert (found.verdict, "0 s:" in found.why) == (Verdict.INCONCLUSIVE, False)


# -- an update in words ----------------------------------------------------------------------------------------------------
def test_an_update_tells_its_three_most_frequent_failures() -> None:
    many = Update("5 s", 5.0, asked=200, longest=1.5, failed=Counter(refused=4, timeout=3, reset=2, late=1))
    assert (many.total, many.share) == (10, 5.0)
    assert str(many) == ("5 s: 10 of 200 failed (5.00 %: 4 refused, 3 timeout, 2 reset), the longest outage 1.50 s")
    assert str(Update("0 s", 0.0, asked=9)) == "0 s: none of 9 failed"
    assert Update("0 s", 0.0).share == 0
    assert Update("0 s", 0.0, asked=1, failed=Counter(late=1)).share == 100
