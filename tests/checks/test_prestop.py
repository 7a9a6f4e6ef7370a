"""Two updates of two pods each, from 1 to 5 s and from 6 to 10 s: the first replaces pods with a delay of 5 s, the second those
without one. A character is a tenth of a second."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.checks import fails_below_a_delay_only
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
    by: str = "", ports: Mapping[int, int] = MappingProxyType({}), gaps: tuple[Gap, ...] = (),
) -> Finding:  # fmt: skip
    lanes = [asked(drawing, "n1", by, ports), asked(GOOD, "n2", by, {})]
    seen = recording(
        service(),
        *BY_TURNS,
        *(REPLACED if changes is None else changes),
        lanes={(one.node, one.probe): one for one in lanes},
        nodes=("n1", "n2"),
        specs={"web": {"host": "10.96.0.1", "port": 80}},
        acts={span.name: span for span in spans},
        gaps=list(gaps),
        settings=settings(SYNC=0.0, SYN_SENT=2.0),
    )
    act = Act(seen, [span.name for span in spans])
    return fails_below_a_delay_only(act, "web", 2, "delay", enough=5)


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
            who if sign == "." else "",
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
    assert "2 pods of 2 delays were there" in judged(changes=mixed).why


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
