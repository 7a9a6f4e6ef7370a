"""Pods that turn unready and containers that hang: what counts as evidence that the fault has an effect."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import ClusterError
from kubeskeptic.faults.fault import Plan
from kubeskeptic.faults.pods import hang_container
from kubeskeptic.faults.pods.hang_container import HangContainer
from kubeskeptic.faults.pods.make_unready import MakeUnready
from kubeskeptic.waiting import NotYet

RECORD = {"namespace": "ns", "pod": "web-a", "uid": "a", "port": 8080, "container": "server", "restarts": 0}
PLAN = Plan((), "", "", RECORD)


class Kube:
    """Answers a request to a pod with a status and a text, and shows one pod."""

    def __init__(self, status: int = 200, says: str = "", restarts: int = 0) -> None:
        self.status, self.says, self.restarts = status, says, restarts

    def request(self, *_: Any, **__: Any) -> bytes:
        if self.status >= 400:
            raise ClusterError(f"GET …/ready: {self.says} (status {self.status})", self.status)
        return b"{}"

    def get(self, *_: Any) -> dict[str, Any]:
        counted = {"containerStatuses": [{"name": "server", "restartCount": self.restarts}]}
        return {"metadata": {"name": "web-a", "uid": "a"}, "status": counted}


def site(**kube: Any) -> Any:
    return SimpleNamespace(kube=Kube(**kube))


def test_a_workload_that_says_it_is_not_ready() -> None:
    fault = MakeUnready("ns", "web-a", said=True)
    assert "503" in str(fault.bite(site(status=503, says='{"ready": false}'), PLAN))
    assert isinstance(fault.bite(site(), PLAN), NotYet)
    for status, says in ((503, "error trying to reach service"), (500, '{"ready": false}')):
        with pytest.raises(ClusterError):
            fault.bite(site(status=status, says=says), PLAN)


def test_a_container_that_hung_and_was_restarted_before_anybody_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = HangContainer("ns", "web-a")
    for how, restarts, bites in (
        ("T", 0, True),
        ("S", 0, False),
        ("gone", 0, False),
        ("gone", 1, True),
        ("S", 1, False),
    ):
        monkeypatch.setattr(hang_container, "_process_state", lambda *_, how=how: how)
        assert isinstance(fault.bite(site(restarts=restarts), PLAN), NotYet) is not bites, how
