"""Do pods stay Ready while the kubelet of their node restarts? It is stopped at 1 s and back at 2 s."""

from __future__ import annotations

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.unready import AGES, BACK, LONG_AGO, stays
from tests.drawn import pod


def test_pods_that_stay_ready() -> None:
    finding = stays(pod(3.0, "web-a", node="n1"), pod(3.0, "web-b", node="n2", ready=False))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert (finding.measured["watched"].value, finding.measured["younger"].value) == (1, 1)


def test_a_pod_that_had_just_started_may_turn_unready() -> None:
    assert stays(pod(3.0, "young", node="n1", ready=False)).verdict is Verdict.HOLDS


def test_a_pod_that_turns_unready_or_goes() -> None:
    finding = stays(pod(3.0, "web-a", node="n1", ready=False), pod(3.5, "web-a", node="n1"))
    assert finding.verdict is Verdict.VIOLATED
    assert "web-a after 2.0 s" in finding.why
    assert stays(pod(3.0, "web-a", node="n1", type="DELETED")).verdict is Verdict.VIOLATED
    assert stays(pod(0.9, "web-a", node="n1", ready=False)).verdict is Verdict.INCONCLUSIVE


def with_id(change: Change, runtime_id: str) -> Change:
    change.object["status"]["containerStatuses"][0]["containerID"] = f"containerd://{runtime_id}" if runtime_id else ""
    return change


@pytest.mark.parametrize(
    ("at", "name", "restarts", "id_", "restarted"),
    [
        (3.0, "web-a", 1, "1", ["web-a"]),
        (3.0, "web-a", 0, "2", ["web-a"]),
        (3.0, "web-a", 0, "1", []),
        (3.0, "web-a", 0, "", []),
        (3.0, "young", 1, "2", []),
        (1.0, "web-a", 1, "2", []),  # it was so as the kubelet was stopped
    ],
)
def test_containers_that_are_restarted_though_their_pod_stays_ready(
    at: float, name: str, restarts: int, id_: str, restarted: list[str]
) -> None:
    before = [with_id(pod(0.5, one, node="n1", started=AGES[one]), "1") for one in ("web-a", "young")]
    after = with_id(pod(at, name, node="n1", restarts=restarts, started=AGES[name]), id_)
    finding = stays(*before, after)
    assert finding.measured["restarted"].value == len(restarted)
    assert finding.verdict is (Verdict.VIOLATED if restarted else Verdict.HOLDS), finding.why
    assert ("Containers of web-a were restarted; the kubelet was back" in finding.why) is bool(restarted)


def test_a_container_of_which_no_id_was_known_is_no_other_one() -> None:
    unknown = with_id(pod(0.5, "web-a", node="n1", started=LONG_AGO), "")
    assert stays(unknown, with_id(pod(3.0, "web-a", node="n1", started=LONG_AGO), "1")).verdict is Verdict.HOLDS


def test_what_was_not_watched_long_enough_or_did_not_come_back() -> None:
    assert stays(end=3.0).verdict is Verdict.INCONCLUSIVE
    assert stays(phases={name: at for name, at in BACK.items() if name != "healed"}).verdict is Verdict.INCONCLUSIVE
    assert stays(gap=Gap("watch", "", "", "Pod", 2.0, 2.5, "broke")).verdict is Verdict.INCONCLUSIVE
