"""A Service or an Ingress that is watched for an address."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import never_addressed
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import recording


def ingress(seen: float, *addresses: dict[str, str], name: str = "entrance", type: str = "MODIFIED") -> Change:
    status = {"loadBalancer": {"ingress": list(addresses)} if addresses else {}}
    return Change(seen, type, "Ingress", {"metadata": {"name": name, "uid": name}, "status": status})


def watched(*changes: Change, gaps: tuple[Gap, ...] = (), end: float | None = 20) -> Finding:
    seen = recording(*changes, acts={"act": ActSpan("act", 4, 5, end)}, gaps=list(gaps))
    return never_addressed(Act(seen, ["act"]), "Ingress", "entrance", 10)


def test_one_that_never_gets_an_address_holds() -> None:
    found = watched(ingress(1, type="ADDED"), ingress(2), ingress(6, {"ip": "10.0.0.1"}, name="witness"))
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
