"""Which fault of an act a check reads: when, and on what, it was applied, and until when it was in force."""

from __future__ import annotations

import pytest

from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, FaultSpan
from tests.drawn import fault, pod, recording
from tests.timeline.acts import FIRST, SECOND, acts, hit


# -- what was done ----------------------------------------------------------------------------------------------------------
def test_the_fault_is_that_of_the_first_act() -> None:
    own = hit("pod/ns/a")
    assert acts("first", "second", faults=(hit("pod/ns/b", act="second"), own)).fault is own


@pytest.mark.parametrize(("faults", "how_many"), [((), "no"), ((hit("pod/ns/a"), hit("pod/ns/b")), "2")])
def test_without_exactly_one_fault_nothing_can_be_measured(faults: tuple[FaultSpan, ...], how_many: str) -> None:
    with pytest.raises(Inconclusive, match=f"{how_many} faults were recorded in “first”"):
        _ = acts("first", faults=faults).fault


def test_of_several_faults_the_one_whose_victim_belongs_to_the_app() -> None:
    two = hit("pod/ns/web-a", "node/n1"), hit("pod/ns/db-a", "node/web-a")
    seen = recording(pod(0, "web-a", app="web"), pod(0, "db-a", app="db"), acts={"first": FIRST}, faults=list(two))
    assert Act(seen, ["first"], of="web").fault is two[0]
    assert Act(seen, ["first"], of="db").fault is two[1]
    with pytest.raises(Inconclusive, match="no faults on cache were recorded"):
        _ = Act(seen, ["first"], of="cache").fault


def test_the_fault_that_a_check_measured_is_noted() -> None:
    one = acts("first", faults=(hit("pod/ns/a"),))
    before = one.reading.fault
    assert (before, one.victim) == (None, "a")
    assert one.reading.fault is one.fault


def test_a_fault_that_is_not_undone_lasts_until_the_end() -> None:
    assert acts("first", faults=(hit("pod/ns/a"),)).lifted == 5
    assert acts("first", faults=(hit("node/n1", applied=3.0, bit=3.0, undoing=4.0),)).lifted == 4


def test_nodes_that_a_fault_of_these_acts_took_away() -> None:
    taken = hit("node/n1", "pod/ns/n2"), hit("node/n3", act="second"), hit("node/n4", applied=1.0)
    assert acts("first", faults=taken).taken_away() == {"n1"}
    assert acts("first", "second", faults=taken).taken_away() == {"n1", "n3"}


# -- at each boundary ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("undoing", "earlier", "end"),
    [(4.0, 0.0, 4), (4.0, 0.5, 3.5), (4.75, 0.5, 4.25), (5.0, 0.0, 5), (6.0, 0.5, 5), (None, 0.0, 5), (None, 0.5, 4.5)],
)
def test_an_act_in_force_ends_before_undoing_and_not_after_the_act(
    undoing: float | None, earlier: float, end: float
) -> None:
    phases = {"applying": 3.0, "applied": 3.0, "bit": 3.0} | ({} if undoing is None else {"undoing": undoing})
    assert acts("first", faults=(fault(phases, "first"),)).in_force(earlier).end == end


def test_a_fault_that_was_not_seen_to_bite_is_named() -> None:
    with pytest.raises(Inconclusive, match="the fault kill of “first” was not seen to bite"):
        _ = acts("first", faults=(hit("pod/ns/a", applying=3.0, applied=3.5),)).fault


def test_when_and_on_what_a_fault_was_applied() -> None:
    one = acts("first", faults=(hit("pod/ns/a", "node/n1", "node/n2"),))
    assert (one.since, one.node, one.victim) == ((3.0, 3.5), "n1", "a")
    with pytest.raises(Inconclusive, match="acted on no node"):
        _ = acts("first", faults=(hit("pod/ns/a"),)).node
    with pytest.raises(Inconclusive, match="acted on no pod"):
        _ = acts("first", faults=(hit("node/n1"),)).victim


def test_a_fault_is_about_the_app_of_its_pod() -> None:
    on_web, on_db = hit("node/n1", "pod/ns/web-a"), hit("pod/ns/db-a")
    seen = recording(pod(0, "web-a", app="web"), pod(0, "db-a", app="db"), faults=[on_web, on_db])
    assert Act(seen, ["first"], of="web").faults_of(FIRST) == [on_web]
    assert Act(seen, ["first"]).faults_of(FIRST) == [on_web, on_db]
    assert Act(seen, ["first"], of="web").faults_of(SECOND) == []
