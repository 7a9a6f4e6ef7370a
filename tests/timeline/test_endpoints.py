"""Which service a probe asks, who may answer for it, and which answers came from a pod that might not. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Change, Lane, Recording, Sample
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of, strangers
from tests.drawn import WEB, endpoints, pod, recording, service


# -- the service of a probe -----------------------------------------------------------------------------------------------
def headless(name: str) -> Change:
    change = service(name)
    change.object["spec"] = {"selector": {"app": name}}
    return change


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"host": WEB}, "web"),
        ({"host": "10.96.0.2"}, "db"),
        ({"host": "n1", "port": 30080}, "web"),
        ({"port": 30080}, "web"),
        ({"port": 30432}, "db"),
        ({"qname": "db.ns.svc.cluster.local.", "host": WEB, "port": 30080}, "db"),
        ({"qname": "bare.ns.svc.cluster.local."}, "bare"),
        ({"qname": "_http._tcp.bare.ns.svc.cluster.local."}, "bare"),
        ({"qname": "web-0.bare.ns.svc.corp.test."}, "bare"),
    ],
)
def test_the_service_that_a_probe_asks(spec: dict[str, Any], name: str) -> None:
    other = service("db", "10.96.0.2")
    other.object["spec"]["ports"] = [{"port": 5432, "nodePort": 30432}, {"port": 9}]
    seen = recording(headless("bare"), service(), other, specs={"p": spec})
    assert service_of(seen, "p")["metadata"]["name"] == name


@pytest.mark.parametrize(
    "spec",
    [{}, {"host": "10.96.0.9", "port": 80}, {"port": None}, {"qname": "cache.ns"}, {"qname": "svc."}, {"host": None}],
)
def test_a_probe_that_asks_no_service(spec: dict[str, Any]) -> None:
    other = service("db", "10.96.0.2")
    other.object["spec"]["ports"] = [{"port": 80}]
    seen = recording(headless("bare"), service(), other, specs={"p": spec})
    for probe in ("p", "unheard of"):
        with pytest.raises(Inconclusive, match=f"the probe “{probe}” targets no recorded Service"):
            service_of(seen, probe)


def test_a_name_in_another_namespace_is_another_services() -> None:
    there = headless("bare")
    there.object["metadata"]["namespace"] = "ns"
    for namespace, known in (("ns", True), ("other", False)):
        seen = recording(there, specs={"p": {"qname": f"bare.{namespace}.svc.cluster.local."}})
        if known:
            assert service_of(seen, "p")["metadata"]["name"] == "bare"
        else:
            with pytest.raises(Inconclusive):
                service_of(seen, "p")


def test_a_service_is_as_it_was_seen_first() -> None:
    later = service()._replace(seen=5.0, type="MODIFIED")
    later.object["spec"]["selector"] = {"app": "other"}
    seen = recording(later, service(), specs={"p": {"host": WEB}})
    assert service_of(seen, "p")["spec"]["selector"] == {"app": "web"}


# -- its pods -------------------------------------------------------------------------------------------------------------
def test_the_ready_pods_that_a_service_selects_at_a_moment() -> None:
    seen = recording(
        pod(0.0, "a", node="n1"),
        pod(0.0, "b", node="n2", ready=False),
        pod(2.0, "b", node="n2"),
        pod(3.0, "a", node="n1", type="DELETED"),
        pod(0.0, "c", app="other"),
        pod(0.0, "d", deleting=True),
    )
    web = service().object
    assert ready_pods(seen, web, 1.9) == {"a": "n1"}
    assert ready_pods(seen, web, 2.0) == {"a": "n1", "b": "n2"}
    assert ready_pods(seen, web, 3.0) == {"b": "n2"}


def test_a_service_selects_pods_that_have_all_of_its_labels() -> None:
    both, bare = pod(0.0, "both"), pod(0.0, "bare")
    both.object["metadata"]["labels"]["tier"] = "front"
    del bare.object["metadata"]["labels"]
    seen = recording(both, bare, pod(0.0, "one"))
    picky = {"spec": {"selector": {"app": "web", "tier": "front"}}}
    assert set(ready_pods(seen, picky, 1.0)) == {"both"}
    assert set(ready_pods(seen, service().object, 1.0)) == {"both", "one"}
    assert set(ready_pods(seen, {"spec": {"selector": None}}, 1.0)) == {"both", "bare", "one"}


@pytest.mark.parametrize(
    ("by", "known"),
    [
        ("ns/web-a/u1", ("web-a", "u1")),
        ("ns/web-a/u1/10.0.0.7", ("web-a", "u1")),
        ("web-a", ("web-a", "")),
        ("", ("", "")),
    ],
)
def test_who_answered_is_told_by_name_and_uid(by: str, known: tuple[str, str]) -> None:
    assert identity(by) == known


# -- strangers: pod a is an endpoint until 2 s, and pod b from then on ------------------------------------------------------
BY = {"a": "a", "b": "b", "z": "z", "A": "ns/a/a", "O": "ns/a/older"}
MOVED = (endpoints(0.0, "a"), endpoints(2.0, "b", type="MODIFIED"))


def answers(drawing: str, took: float = 0.125) -> Lane:
    """Who answered, one letter every half second; ``r`` was refused."""
    found = Lane("n1", "web", 0.5)
    for tick, sign in enumerate(drawing):
        if sign != " ":
            outcome = Outcome.OK if sign in BY else Outcome.REFUSED
            found.append(Sample(tick, tick * 0.5, took, outcome, BY.get(sign, ""), 40000 + tick))
    return found


def strange(
    drawing: str,
    *changes: Change,
    took: float = 0.125,
    lag: float = 1.0,
    away: Mapping[str, tuple[float, float]] | None = None,
) -> list[int]:
    """The positions of the strangers' answers."""
    seen: Recording = recording(
        service(), pod(0.0, "a", node="n1"), pod(0.0, "b", node="n2"), *(changes or MOVED), specs={"web": {"host": WEB}}
    )
    return sorted(strangers(seen, answers(drawing, took), lag, away or {}))


def test_a_pod_that_was_taken_out_may_answer_for_the_lag() -> None:
    assert strange("aaaaaaaaa") == [7, 8], "3.0 s is within it, 3.5 s is not"
    assert strange("aaaaaaaaa", lag=0.0) == [5, 6, 7, 8]


@pytest.mark.parametrize(("took", "positions"), [(0.25, [0, 1, 2, 3]), (0.5, [0, 1, 2]), (1.0, [0, 1])])
def test_a_pod_may_answer_when_it_was_an_endpoint_by_the_time_of_the_answer(took: float, positions: list[int]) -> None:
    assert strange("bbbbbb", took=took) == positions


def test_a_pod_may_have_been_an_endpoint_for_as_long_as_its_change_is_old() -> None:
    aged = MOVED[1]._replace(age=0.5)
    assert strange("bbbbbb", MOVED[0], aged) == [0, 1, 2]
    assert strange("aaaaaaaaa", MOVED[0], aged) == [7, 8], "it was taken out when that was seen, at the latest"


def test_what_was_there_when_the_recorder_looked_first_was_there_before() -> None:
    assert strange("aa", endpoints(9.0, "a", type="LISTED")) == []
    assert strange("aa", endpoints(9.0, "a", type="ADDED")) == [0, 1]


def test_a_pod_that_becomes_an_endpoint_again() -> None:
    again = endpoints(5.0, "a", "b", type="MODIFIED")
    assert strange("aaaaaaaaaaaa", *MOVED, again, lag=0.5) == [6, 7, 8, 9]
    assert strange("bbbbbbbbbbbb", *MOVED, again) == [0, 1, 2, 3]


def test_only_good_answers_are_strangers() -> None:
    assert strange("zrz") == [0, 2]


def test_a_pod_is_known_by_its_uid_where_the_answer_says_it() -> None:
    assert strange("AaO") == [2]
    unnamed = endpoints(0.0, "a")
    del unnamed.object["endpoints"][0]["targetRef"]["uid"]
    assert strange("aA", unnamed) == [1]


@pytest.mark.parametrize("by", ["a", "A"])
def test_a_pod_of_a_node_that_was_away_cannot_have_answered(by: str) -> None:
    assert strange(by * 5, away={"n1": (0.5, 2.0)}) == [2, 3], "it may have at either end"
    assert strange(by * 5, away={"n2": (0.5, 2.0)}) == []


def slice_(
    seen: float, name: str, *members: dict[str, Any], type: str = "MODIFIED", service: str | None = "web"
) -> Change:
    labels = {"labels": {"kubernetes.io/service-name": service}} if service else {}
    return Change(
        seen,
        type,
        "EndpointSlice",
        {"metadata": {"name": name, "uid": name, **labels}, "endpoints": list(members) or None},
    )


def member(name: str, **conditions: bool | None) -> dict[str, Any]:
    return {"targetRef": {"name": name, "uid": name}} | ({"conditions": conditions} if conditions else {})


def test_endpoints_of_all_slices_of_the_service_count() -> None:
    two = slice_(0.0, "one", member("a")), slice_(0.0, "two", member("b"))
    assert strange("ab", *two) == []
    assert strange("abaabb", *two, slice_(1.0, "one", type="DELETED"), lag=0.0) == [3]
    assert strange("abaabb", *two, slice_(1.0, "one"), lag=0.0) == [3]


def test_slices_of_other_services_do_not_count() -> None:
    for other in ("db", None):
        ours, theirs = slice_(0.0, "one", member("a")), slice_(0.0, "two", member("b"), service=other)
        assert strange("ab", ours, theirs) == strange("ab", theirs, ours) == [1]
        with pytest.raises(Inconclusive, match="no EndpointSlice of web was recorded"):
            strange("ab", slice_(0.0, "two", member("b"), service=other))


@pytest.mark.parametrize(
    ("members", "positions"),
    [
        ([member("a", ready=True), member("b", ready=False, serving=True)], [1]),
        ([member("a", ready=False), member("b", ready=False, serving=False)], [1]),  # none is ready: those that serve
        ([member("a", ready=False, serving=True), member("b", ready=False, serving=True)], []),
        ([member("a"), member("b", ready=None)], []),  # what is not said counts as ready
        ([member("a"), {"addresses": ["10.0.0.9"]}], [1]),  # no pod stands behind it
    ],
)
def test_an_endpoint_may_answer_when_it_is_ready_or_serves_while_none_is(
    members: list[dict[str, Any]], positions: list[int]
) -> None:
    assert strange("ab", slice_(0.0, "one", *members)) == positions
