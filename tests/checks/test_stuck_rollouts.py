"""A StatefulSet of two pods. Its template is broken at 2 s, put right at 5 s; its second pod, which never gets Ready, is
deleted at 11 s. START is 3 s, with the margin 5 s."""

from __future__ import annotations

from typing import Any

import pytest

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


def judged(*changes: Change, end: float = 30.0, gap: bool = False, applied: float = 11.0) -> Finding:
    fault = gone(11.0, "pod/ns/db-1", applied=applied)
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
    assert "db-1 was created or deleted 0.10 s after the template was corrected" in found.why
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


def db(seen: float, n: int, version: str, uid: str, **more: Any) -> Change:
    return of(version, pod(seen, f"db-{n}", uid=uid, app="db", **more))


def righted(at: float, age: float = 0.0) -> list[Change]:
    return [one._replace(seen=at, age=age) if one.seen == 5.0 else one for one in BEFORE]


def test_everything_that_was_measured() -> None:
    found = judged(*BEFORE, *WENT, DONE)
    counted = {name: one.value for name, one in found.measured.items()}
    assert counted == {"came or went by themselves": 0, "replaced beyond the first": 0, "blocked": 6.0, "went on": 3.0}
    assert found.measured["blocked"].interval == (6.0, float("inf"))
    assert (found.window, found.decisive) == ((1, 30), ())


def test_moments_that_are_known_between_two_clocks() -> None:
    found = judged(*righted(5.0, age=0.5), *WENT, DONE._replace(age=0.25), applied=11.4)
    assert found.measured["blocked"].value == 6.0
    assert found.measured["went on"].interval == pytest.approx((2.35, 3.0))
    never = judged(*BEFORE, *WENT, applied=11.4)
    assert never.measured["went on"].interval == pytest.approx((18.6, float("inf")))
    assert "In the 18.6 s after it was deleted" in never.why


def test_what_came_and_went_by_itself_is_counted_and_listed() -> None:
    found = judged(*BEFORE, *(one._replace(seen=one.seen - 6) for one in (*WENT, DONE)))
    assert found.measured["came or went by themselves"].value == 4, "two went, two came"
    assert found.decisive[:2] == ("+0.10 s: MODIFIED db-1", "+0.50 s: DELETED db-1")
    assert found.measured["went on"].interval == (0.0, 0.0), "before anybody had deleted it"
    restless = [db(6 + at / 10, 0, "1", "old-0", deleting=True) for at in range(10)]
    assert len(judged(*BEFORE, *restless, *WENT, DONE).decisive) == 8


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (db(7.0, 0, "1", "old-0", restarts=1), Verdict.HOLDS),
        (db(7.0, 0, "1", "old-0", deleting=True), Verdict.VIOLATED),
        (db(7.0, 0, "1", "old-0", type="DELETED"), Verdict.VIOLATED),
        (db(7.0, 2, "3", "another", type="ADDED"), Verdict.VIOLATED),
        (db(5.0, 0, "1", "old-0", deleting=True), Verdict.HOLDS),  # no later than the template
        (db(11.0, 0, "1", "old-0", deleting=True), Verdict.HOLDS),  # no earlier than the deletion
    ],
)
def test_a_pod_comes_or_goes(change: Change, verdict: Verdict) -> None:
    found = judged(*BEFORE, change, *WENT, DONE)
    assert found.verdict is verdict, found.why


def test_what_came_while_the_template_may_just_have_been_put_right() -> None:
    found = judged(*righted(5.0, age=0.5), db(4.8, 0, "1", "old-0", deleting=True), *WENT, DONE)
    assert found.measured["blocked"].interval == pytest.approx((0.0, 0.3))
    assert found.measured["blocked"].value == 0.0


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.INCONCLUSIVE)])
def test_blocked_for_as_long_as_a_start_takes(at: float, verdict: Verdict) -> None:
    assert judged(*righted(at), *WENT, DONE).verdict is verdict


def test_only_a_new_generation_within_the_act_and_before_the_deletion_is_a_change() -> None:
    for at in (8.0, 11.1):
        status = statefulset(at, 3) if at < 11 else statefulset(at, 4)
        assert judged(*BEFORE, status, *WENT, DONE).measured["blocked"].value == 6.0, at
    assert judged(*BEFORE, statefulset(11.0, 4), *WENT, DONE).measured["blocked"].value == 0.0
    for at, why in ((0.9, "was not seen to change"), (1.0, "")):
        early = [statefulset(0.0, 1), db(0.0, 0, "1", "old-0"), db(0.5, 1, "2", "broken", ready=False)]
        found = judged(*early, statefulset(at, 2), *WENT, DONE)
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True)
    first = [one for one in BEFORE if one.kind != "StatefulSet"]
    assert "was not seen to change" in judged(*first, statefulset(5.0, 3), *WENT, DONE).why, "nothing was known before"


def test_a_pod_that_was_not_there_did_not_wait() -> None:
    away = db(4.0, 1, "2", "broken", type="DELETED")
    assert "db-1 was not waiting to be Ready" in judged(*BEFORE, away, *WENT, DONE).why


@pytest.mark.parametrize(
    ("later", "took"),
    [
        ((db(15.0, 0, "3", "new-0", restarts=1),), 3.0),  # whole all the time
        ((db(15.0, 0, "3", "new-0", ready=False), db(16.0, 0, "3", "new-0")), 5.0),
        ((db(15.0, 2, "3", "third"), db(16.5, 2, "3", "third", type="DELETED")), 5.5),
        ((db(15.0, 2, "1", "third"),), 19.0),  # one too many, to the end
        ((db(15.0, 1, "3", "new-1", type="DELETED"),), 19.0),  # one too few, to the end
    ],
)
def test_whole_is_what_stays_whole(later: tuple[Change, ...], took: float) -> None:
    assert judged(*BEFORE, *WENT, DONE, *later).measured["went on"].value == pytest.approx(took)


def test_a_single_pod_that_moves_by_itself_is_one_too_many() -> None:
    found = judged(*BEFORE, db(10.5, 0, "1", "old-0", deleting=True), *WENT, DONE)
    assert (found.verdict, found.measured["blocked"].value) == (Verdict.VIOLATED, 5.5)


def test_pods_of_another_app_and_of_another_label_say_nothing() -> None:
    other = of("2", pod(4.0, "other", app="other"))
    assert judged(*BEFORE, other, other._replace(seen=7.0, type="DELETED"), *WENT, DONE).verdict is Verdict.HOLDS
    assert judged(*BEFORE, other, *WENT, DONE).measured["replaced beyond the first"].value == 0
