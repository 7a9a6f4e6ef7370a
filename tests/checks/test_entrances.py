"""A Service or an Ingress that is watched for an address."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import never_addressed
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import recording


def ingress(seen: float, *addresses: dict[str, str], name: str = "entrance", type: str = "MODIFIED") -> Change:
    status = {"loadBalancer": {"ingress": list(addresses)} if addresses else {}}
    rules = {"rules": [{"host": "entrance.example"}]}
    return Change(seen, type, "Ingress", {"metadata": {"name": name, "uid": name}, "spec": rules, "status": status})


def watched(*changes: Change, gaps: tuple[Gap, ...] = (), end: float | None = 20, kind: str = "Ingress") -> Finding:
    seen = recording(*changes, acts={"act": ActSpan("act", 4, 5, end)}, gaps=list(gaps))
    return never_addressed(Act(seen, ["act"]), kind, "entrance", 10)


def test_one_that_never_gets_an_address_holds() -> None:
    found = watched(ingress(1, type="ADDED"), ingress(2), ingress(6, name="witness"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["watched"].value == 19


def test_an_address_at_any_moment_violates() -> None:
    for given in ({"ip": "10.0.0.1"}, {"hostname": "lb.example"}):
        found = watched(ingress(1, type="ADDED"), ingress(6, given), ingress(7))
        assert found.verdict is Verdict.VIOLATED
        assert f"was given {next(iter(given.values()))} 5.0 s after it was created" in found.why
    assert watched(ingress(1, {"ip": "10.0.0.1"}, type="ADDED")).verdict is Verdict.VIOLATED, "before the act as well"


def test_what_was_not_watched_is_inconclusive() -> None:
    assert "no Ingress entrance was seen" in watched().why
    hole = Gap("watch", "", "", "Ingress", 8, 9, "the connection broke")
    assert watched(ingress(1), gaps=(hole,)).verdict is Verdict.INCONCLUSIVE
    assert watched(ingress(1), end=None).verdict is Verdict.INCONCLUSIVE
    assert watched(ingress(10.5)).verdict is Verdict.INCONCLUSIVE, "no provider had the time to give it one"
    assert watched(ingress(1), ingress(6, {"ip": "10.0.0.1"}), gaps=(hole,)).verdict is Verdict.VIOLATED


def test_it_is_watched_from_when_it_was_made_to_the_end_of_the_act() -> None:
    assert watched(ingress(10)).verdict is Verdict.HOLDS, "for 10 s to the moment"
    assert watched(ingress(1), ingress(6)).window == (1, 20)
    late = watched(ingress(15, {"ip": "10.0.0.1"}))
    assert late.verdict is Verdict.VIOLATED, "an address is one, however briefly it was watched"


def test_each_address_counts_once() -> None:
    one, other = {"ip": "10.0.0.2"}, {"ip": "10.0.0.1"}
    found = watched(ingress(1), ingress(6, one), ingress(7, one, other), ingress(8, other))
    assert found.measured["addresses"].value == 2
    assert "10.0.0.1, 10.0.0.2 5.0 s after" in found.why


@pytest.mark.parametrize("status", [None, {}, {"loadBalancer": {}}, {"loadBalancer": {"ingress": None}}])
def test_a_status_that_says_nothing_gives_no_address(status: dict[str, object] | None) -> None:
    made = ingress(1)
    made.object.pop("status")
    made.object.update({} if status is None else {"status": status})
    assert watched(made).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("gone", "verdict"), [(2, Verdict.INCONCLUSIVE), (11, Verdict.HOLDS)])
def test_one_that_is_deleted_is_watched_no_longer(gone: float, verdict: Verdict) -> None:
    found = watched(ingress(1, type="ADDED"), ingress(gone, type="DELETED"))
    assert (found.verdict, found.measured["watched"].value, found.window) == (verdict, gone - 1, (1, gone))


@pytest.mark.parametrize(("age", "verdict"), [(0.5, Verdict.HOLDS), (0.6, Verdict.INCONCLUSIVE)])
def test_one_that_may_have_been_deleted_before_that_was_seen_is_watched_until_then(
    age: float, verdict: Verdict
) -> None:
    found = watched(ingress(1, type="ADDED"), ingress(11.5, type="DELETED")._replace(age=age))
    assert (found.verdict, found.measured["watched"].value) == (verdict, 10.5 - age)


def test_an_address_that_it_is_deleted_with_is_one() -> None:
    found = watched(ingress(1, type="ADDED"), ingress(16, {"ip": "10.0.0.1"}, type="DELETED"))
    assert found.verdict is Verdict.VIOLATED
    assert "15.0 s after it was created" in found.why


# -- by whom, and what ---------------------------------------------------------------------------------------------------
ONE, OTHER = {"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}


def by(change: Change, *managers: str) -> Change:
    return change._replace(by=managers)


@pytest.mark.parametrize("who", ["kubectl-edit/status", "controller/status"])
def test_an_address_that_others_gave_is_none_of_kubernetes(who: str) -> None:
    found = watched(ingress(1), by(ingress(6, ONE), who), ingress(9))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"Ingress entrance was given 10.0.0.1 by {who}" in found.why
    assert watched(ingress(1), by(ingress(6, ONE), "kubelet", who)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("who", ["kubeskeptic/status", "kube-controller-manager/status"])
def test_an_address_that_kubernetes_or_the_harness_gave_violates(who: str) -> None:
    assert watched(ingress(1), by(ingress(6, ONE), who)).verdict is Verdict.VIOLATED
    both = watched(ingress(1), by(ingress(6, ONE), who), by(ingress(7, ONE, OTHER), "kubectl"))
    assert both.verdict is Verdict.VIOLATED
    assert (both.measured["addresses"].low, both.measured["addresses"].high) == (1, 2)
    again = watched(ingress(1), by(ingress(6, ONE), "kubectl"), by(ingress(7), "kubectl"), by(ingress(8, ONE), who))
    assert again.verdict is Verdict.VIOLATED


def test_who_writes_it_later_did_not_give_the_address() -> None:
    assert watched(ingress(1), ingress(6, ONE), by(ingress(7, ONE), "kubectl")).verdict is Verdict.VIOLATED
    assert watched(ingress(1), by(ingress(6, ONE), "kubectl"), ingress(7, ONE)).verdict is Verdict.INCONCLUSIVE


def balanced(seen: float, type: str | None, *addresses: dict[str, str]) -> Change:
    change = ingress(seen, *addresses)
    change.object["spec"] = {"type": type} if type else None
    return change._replace(kind="Service")


@pytest.mark.parametrize("type", ["NodePort", "ClusterIP", None])
def test_a_service_of_another_type_is_never_given_an_address(type: str | None) -> None:
    assert watched(balanced(1, "LoadBalancer"), kind="Service").verdict is Verdict.HOLDS
    for changes in (balanced(1, type),), (balanced(1, "LoadBalancer"), balanced(6, type)):
        found = watched(*changes, kind="Service")
        assert (found.verdict, f"was of type {type}, not LoadBalancer" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert watched(balanced(1, type, ONE), kind="Service").verdict is Verdict.VIOLATED


def test_an_ingress_without_a_rule_is_never_given_an_address() -> None:
    for spec, verdict in (
        ({}, Verdict.INCONCLUSIVE), ({"rules": []}, Verdict.INCONCLUSIVE), ({"defaultBackend": {"service": {}}}, Verdict.HOLDS)
    ):  # fmt: skip
        bare = ingress(1)
        bare.object["spec"] = spec
        assert watched(bare).verdict is verdict


def test_another_object_that_is_given_an_address_shows_that_something_serves_them() -> None:
    witness = ingress(6, {"ip": "10.0.0.1"}, name="witness")
    found = watched(ingress(1, type="ADDED"), witness)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "Ingress witness was given 10.0.0.1: this cluster serves objects of this kind" in found.why
    assert watched(ingress(1, type="ADDED"), witness._replace(seen=20.1)).verdict is Verdict.HOLDS
    assert watched(ingress(1, type="ADDED"), witness, ingress(7, {"ip": "10.0.0.2"})).verdict is Verdict.VIOLATED
