"""When a fault was applied, was seen to take effect and was lifted, and what it acted on."""

from __future__ import annotations

import pytest

from kubeskeptic.durations import POLL
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import FaultSpan
from tests.drawn import fault


def test_a_fault_was_applied_between_the_moment_before_and_the_moment_after() -> None:
    one = fault({"intent": 1.0, "applying": 2.0, "applied": 2.5})
    assert (one.applying, one.applied) == ((2.0, 2.5), 2.0)
    at_once = fault({"applied": 2.5})
    assert (at_once.applying, at_once.applied) == ((2.5, 2.5), 2.5)


def test_a_fault_that_was_never_applied_has_no_time() -> None:
    one = fault({"intent": 1.0, "applying": 2.0})
    for _ in range(2):
        with pytest.raises(Inconclusive, match="the fault crash_node on node/n1 was never applied"):
            _ = one.applying
        with pytest.raises(Inconclusive, match="was never applied"):
            _ = one.applied


@pytest.mark.parametrize(
    ("phases", "since"),
    [
        ({"healed": 9.0}, 9.0 - 2 * POLL),
        ({"undoing": 5.0, "healed": 9.0}, 9.0 - 2 * POLL),
        ({"undoing": 8.75, "healed": 9.0}, 8.75),  # not before it was undone
        ({"healed": POLL}, 0.0),
    ],
)
def test_a_node_was_back_between_two_looks_at_its_lease(phases: dict[str, float], since: float) -> None:
    back = fault(phases).returned
    assert back.low == pytest.approx(since)
    assert back.high == phases["healed"]


def test_a_node_that_was_not_seen_to_heal_has_no_time() -> None:
    with pytest.raises(Inconclusive, match="the fault crash_node on node/n1 was not seen to heal"):
        _ = fault({"applied": 1.0, "undoing": 5.0, "undone": 6.0}).returned


def test_whether_it_was_seen_to_take_effect() -> None:
    assert fault({"applied": 1.0, "bit": 0.0}).bit
    assert not fault({"applied": 1.0, "undone": 2.0}).bit


def test_the_first_target_of_a_kind() -> None:
    one = FaultSpan("f", "crash_node", "says", "forced", ("pod/ns/a", "node/n1", "pod/ns/b", "node/n2"))
    assert (one.target("pod"), one.target("node")) == ("pod/ns/a", "node/n1")
    for kind in ("po", "service", "ns"):
        with pytest.raises(Inconclusive, match=f"the fault crash_node of “forced” acted on no {kind}$"):
            one.target(kind)


def test_a_fault_of_which_little_is_told() -> None:
    one, other = (FaultSpan("f", "crash_node", "says", "forced", ()) for _ in range(2))
    assert (one.settings, one.phases, one.evidence, one.bit) == ({}, {}, {}, False)
    one.phases["bit"] = 1.0
    assert not other.bit
