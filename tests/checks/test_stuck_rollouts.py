"""A StatefulSet of two pods. Its template is broken at 2 s, put right at 5 s; its second pod, which never gets Ready, is
deleted at 11 s. START is 3 s, with the margin 5 s."""

from __future__ import annotations

from kubeskeptic.bounds import constant
from kubeskeptic.checks import blocked_until_deleted
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, watch_gap
from tests.drawn import gone, pod


def of(version: str, change: Change) -> Change:
    change.object["metadata"]["labels"]["version"] = version
    return change


def statefulset(seen: float, generation: int) -> Change:
    meta = {"name": "db", "uid": "s", "generation": generation, "labels": {"app": "db"}}
    return Change(seen, "MODIFIED", "StatefulSet", {"metadata": meta, "spec": {"replicas": 2}})


BEFORE = [
    statefulset(0.0, 1),
    *(of("1", pod(0.0, f"db-{n}", uid=f"old-{n}", app="db")) for n in "01"),
    statefulset(2.0, 2),
    of("1", pod(2.1, "db-1", uid="old-1", app="db", deleting=True)),
    of("1", pod(2.5, "db-1", uid="old-1", app="db", type="DELETED")),
    of("2", pod(2.6, "db-1", uid="broken", app="db", ready=False, type="ADDED")),
    statefulset(5.0, 3),
]
WENT = [
    of("2", pod(11.1, "db-1", uid="broken", app="db", ready=False, deleting=True)),
    of("2", pod(11.5, "db-1", uid="broken", app="db", type="DELETED")),
    of("3", pod(11.6, "db-1", uid="new-1", app="db", ready=False, type="ADDED")),
    of("3", pod(12.5, "db-1", uid="new-1", app="db")),
    of("1", pod(12.6, "db-0", uid="old-0", app="db", type="DELETED")),
    of("3", pod(12.7, "db-0", uid="new-0", app="db", ready=False, type="ADDED")),
]
DONE = of("3", pod(14.0, "db-0", uid="new-0", app="db"))


def judged(*changes: Change, end: float = 30.0, gap: bool = False) -> Finding:
    fault = gone(11.0, "pod/ns/db-1")
    act = declared(
        *changes, end=end, within=constant("test", 6.0), faults=(fault,), gaps=(watch_gap(6.0, 7.0),) if gap else ()
    )
    return blocked_until_deleted(act, "db", 2, "version", "3")


def test_blocked_until_the_pod_is_deleted() -> None:
    found = judged(*BEFORE, *WENT, DONE)
    assert found.verdict is Verdict.HOLDS, found.why
    assert (found.measured["blocked"].value, found.measured["went on"].value) == (6.0, 3.0)


def test_it_goes_on_by_itself() -> None:
    early = [one._replace(seen=one.seen - 6) for one in (*WENT, DONE)]
    found = judged(*BEFORE, *early)
    assert found.verdict is Verdict.VIOLATED
    assert "db-1 came or went 0.10 s after the template was put right" in found.why
    another = of("3", pod(9.0, "db-0", uid="new-0", app="db"))
    assert judged(*BEFORE, another, *WENT, DONE).verdict is Verdict.VIOLATED


def test_a_rollout_that_did_not_stop_at_its_first_pod() -> None:
    second = of("2", pod(4.0, "db-0", uid="old-0", app="db"))
    assert judged(*BEFORE, second, *WENT, DONE).verdict is Verdict.VIOLATED


def test_too_late_or_never() -> None:
    assert judged(*BEFORE, *WENT, DONE._replace(seen=19.0)).verdict is Verdict.HOLDS
    assert judged(*BEFORE, *WENT, DONE._replace(seen=19.1)).verdict is Verdict.VIOLATED
    assert judged(*BEFORE, *WENT).verdict is Verdict.VIOLATED
    assert judged(*BEFORE, *WENT, end=18.0).verdict is Verdict.INCONCLUSIVE
    old = of("2", pod(14.0, "db-0", uid="new-0", app="db"))
    assert judged(*BEFORE, *WENT, old).verdict is Verdict.VIOLATED


def test_not_watched_for_long_enough() -> None:
    late = [one._replace(seen=6.5) if one.kind == "StatefulSet" and one.seen == 5.0 else one for one in BEFORE]
    assert judged(*late, *WENT, DONE).verdict is Verdict.INCONCLUSIVE  # 4.5 s of 5 s


def test_what_was_not_seen_is_inconclusive() -> None:
    assert judged(*BEFORE, *WENT, DONE, gap=True).verdict is Verdict.INCONCLUSIVE
    ready = of("2", pod(3.0, "db-1", uid="broken", app="db"))
    assert "was not waiting to be Ready" in judged(*BEFORE, ready, *WENT, DONE).why
    unchanged = [one for one in BEFORE if one.kind != "StatefulSet"]
    assert "was not seen to change" in judged(*unchanged, *WENT, DONE).why
