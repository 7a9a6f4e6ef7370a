from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubeskeptic.errors import Conflict, LeftDirty, NotFound, Refused
from kubeskeptic.guard.holder import Holder
from kubeskeptic.guard.lease import Lease, forget, in_use, micro
from kubeskeptic.process import ProcessId

NOW = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)
US = Holder("r2", Holder.us("").machine, ProcessId(os.getpid(), 1.0))
THERE = str(Holder("r1", "there.boot.1", ProcessId(1, 1.0)))


class Renewing:
    """A cluster whose lease another harness renews every ``every`` seconds of the time that passes here.

    :param wrong: by how many seconds that harness's clock is fast
    """

    def __init__(self, by: str, every: float = 0.0, wrong: float = 0.0, lasts: int = 30) -> None:
        self.by, self.every, self.wrong, self.lasts = by, every, wrong, lasts
        self.now = 0.0
        self.ends = float("inf")

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        if self.now >= self.ends:
            raise NotFound("released", 404)
        renewals = self.now // self.every if self.every else 0
        at = NOW + timedelta(seconds=renewals * self.every + self.wrong)
        spec = {"holderIdentity": self.by, "renewTime": micro(at), "leaseDurationSeconds": self.lasts}
        return {"metadata": {"resourceVersion": str(renewals)}, "spec": spec if self.by else {}}

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def used(self) -> str:
        kube: Any = self
        return in_use(kube, US, clock=lambda: self.now, sleep=self.sleep)


@pytest.mark.parametrize("wrong", [-3600.0, -60.0, 0.0, 60.0, 3600.0])
def test_a_living_harness_is_not_robbed_whatever_its_clock_says(wrong: float) -> None:
    cluster = Renewing(THERE, every=5.0, wrong=wrong)
    assert "run r1 (process 1 on there) is using this cluster" in cluster.used()
    assert cluster.now <= 6, "seen at its first renewal"


@pytest.mark.parametrize("wrong", [-60.0, 0.0, 3600.0])
def test_a_dead_one_elsewhere_loses_it_after_its_own_length_by_our_clock(wrong: float) -> None:
    cluster = Renewing(THERE, wrong=wrong, lasts=20)
    assert cluster.used() == ""
    assert 20 <= cluster.now <= 22


def test_one_that_renews_late_but_within_its_length_lives() -> None:
    assert "run r1" in Renewing(THERE, every=29.0).used()
    assert Renewing(THERE, every=35.0).used() == ""


def test_what_is_released_while_we_watch_is_free() -> None:
    cluster = Renewing(THERE)
    cluster.ends = 3.0
    assert cluster.used() == ""
    assert cluster.now <= 4


def test_a_dead_holder_of_this_machine_loses_it_at_once() -> None:
    cluster = Renewing(str(Holder("r1", US.machine, ProcessId(2**22 + 1, 5.0))))
    assert (cluster.used(), cluster.now) == ("", 0.0)


def test_a_live_holder_of_this_machine_keeps_it_though_it_does_not_renew() -> None:
    cluster = Renewing(str(Holder.us("r1")))
    assert "run r1" in cluster.used(), "it was stopped, or cut off by a fault of its own"
    assert cluster.now == 0.0


def test_a_holder_in_another_format_counts_while_it_renews() -> None:
    assert "somebody is using" in Renewing("somebody", every=5.0).used()
    assert Renewing("somebody").used() == ""
    assert Renewing("").used() == ""


def test_holders_are_read_as_they_are_written() -> None:
    me = Holder.us("20261101-r")
    assert Holder.parse(str(me)) == me
    assert Holder.parse("a/b/c/d") is None


def test_a_lease_of_an_earlier_version_counts_until_it_expires() -> None:
    """It says the process's start in clock ticks: whether that process runs is not known."""
    earlier = f"r1/{US.machine}/{os.getpid()}/4711"
    assert Holder.parse(earlier) is None
    assert f"{earlier} is using this cluster" in Renewing(earlier, every=5.0).used()
    assert Renewing(earlier).used() == ""


def test_times_have_six_digits_even_when_they_are_zero() -> None:
    assert micro(NOW) == "2026-11-01T12:00:00.000000Z"


class FakeKube:
    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        if self.lease is None:
            raise NotFound("no lease", 404)
        return self.lease

    def create(self, manifest: dict[str, Any]) -> None:
        if self.lease is not None:
            raise Conflict("there", 409)
        self.lease = manifest
        self.lease["metadata"] |= {"uid": "u", "resourceVersion": "1"}

    def patch(self, kind: str, name: str, namespace: str, patch: dict[str, Any]) -> None:
        assert self.lease
        if patch["metadata"]["resourceVersion"] != self.lease["metadata"]["resourceVersion"]:
            raise Conflict("changed", 409)
        self.lease["spec"] |= patch["spec"]

    def delete(self, kind: str, name: str, namespace: str, *, uid: str) -> None:
        self.lease = None


def test_held_and_let_go() -> None:
    kube: Any = FakeKube()
    with Lease(kube, "r1") as lease:
        assert kube.lease["spec"]["holderIdentity"] == str(lease.holder)
        assert re.fullmatch(r".*\.\d{6}Z", kube.lease["spec"]["renewTime"])
        with pytest.raises(Refused, match="run r1"), Lease(kube, "r2"):
            pytest.fail("the block must not run")
        assert kube.lease["spec"]["holderIdentity"] == str(lease.holder)
    assert kube.lease is None


def test_the_lease_of_a_dead_process_is_forgotten_and_no_other() -> None:
    kube: Any = FakeKube()
    forget(kube, ProcessId(2**22 + 1, 9.0))  # fine when there is none
    gone = ProcessId(2**22 + 1, 9.0)
    dead, me = Holder("r0", Holder.us("").machine, gone), Holder.us("r1")
    for holder, runner, stays in ((me, me.process, True), (dead, ProcessId(7, 7.0), True), (dead, gone, False)):
        kube.lease = {"metadata": {"uid": "u"}, "spec": {"holderIdentity": str(holder)}}
        forget(kube, runner)
        assert (kube.lease is not None) == stays


def test_taken_over_from_a_dead_run() -> None:
    kube: Any = FakeKube()
    dead = Holder.us("r0")
    kube.create(
        {
            "metadata": {},
            "spec": {
                "holderIdentity": str(Holder("r0", dead.machine, ProcessId(2**22 + 1, 9.0))),
                "renewTime": micro(NOW),
            },
        }
    )
    with Lease(kube, "r1") as lease:
        assert kube.lease["spec"]["holderIdentity"] == str(lease.holder)


def test_taken_over_from_a_run_elsewhere_only_after_watching_it() -> None:
    kube: Any = FakeKube()
    kube.create(
        {"metadata": {}, "spec": {"holderIdentity": THERE, "renewTime": micro(NOW), "leaseDurationSeconds": 30}}
    )
    now = [0.0]
    with Lease(kube, "r1", clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)) as lease:
        assert now[0] >= 30
        assert kube.lease["spec"]["holderIdentity"] == str(lease.holder)


def take_over(kube: Any, *, by: str = "r2") -> None:
    """Another run, elsewhere, takes the lease while ours is not looking."""
    now = datetime.now(UTC)
    kube.lease["spec"] |= {
        "holderIdentity": str(Holder(by, "there.boot.1", ProcessId(7, 1.0))),
        "renewTime": micro(now),
    }


def asked_after_a_takeover(kube: Any, found: list[str]) -> None:
    """Hold the lease, lose it, get it back, and ask for it each time."""
    with Lease(kube, "r1") as lease:
        lease.keep()
        take_over(kube)
        for holder in (kube.lease["spec"]["holderIdentity"], str(lease.holder)):
            kube.lease["spec"]["holderIdentity"] = holder
            with pytest.raises(Refused) as refused:
                lease.keep()
            found.append(str(refused.value))


def test_who_lost_the_lease_is_refused_for_good() -> None:
    kube, found = FakeKube(), list[str]()
    with pytest.raises(Refused, match="no longer holds the cluster: run r2") as ended:
        asked_after_a_takeover(kube, found)
    assert len(found) == 2
    assert all("run r2 (process 7 on there) is using this cluster" in why for why in found)
    assert ended.value.exit_status == 21
    assert kube.lease is not None


def test_a_lease_that_was_taken_is_noticed_at_the_end_at_the_latest() -> None:
    kube: Any = FakeKube()
    with pytest.raises(Refused, match="run r2"), Lease(kube, "r1"):
        take_over(kube)
    assert "r2" in kube.lease["spec"]["holderIdentity"]


def lose_it_amid_trouble(kube: Any) -> None:
    with Lease(kube, "r1"):
        take_over(kube)
        raise LeftDirty("a table is left")


def test_what_was_under_way_when_the_lease_was_lost_is_told_too() -> None:
    with pytest.raises(Refused, match=r"run r2 .*\. Before that: a table is left") as ended:
        lose_it_amid_trouble(FakeKube())
    assert isinstance(ended.value.__cause__, LeftDirty)


def test_a_lease_that_somebody_deleted_is_lost() -> None:
    kube: Any = FakeKube()
    with pytest.raises(Refused, match="the lease was deleted"), Lease(kube, "r1"):
        kube.lease = None
