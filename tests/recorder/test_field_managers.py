"""Who wrote an object, as its managedFields say: entries as the API server of Kubernetes 1.37 keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.recorder.field_managers import FieldManagers, last_written

Entry = dict[str, str]


def entry(manager: str, second: int | None, subresource: str = "", operation: str = "Update", **more: str) -> Entry:
    one = {"manager": manager, "operation": operation, "apiVersion": "apps/v1", **more}
    one |= {"time": f"1970-01-01T00:00:{second:02d}Z"} if second is not None else {}
    return one | ({"subresource": subresource} if subresource else {})


def deployment(*entries: Entry, uid: str = "d", name: str = "web") -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name, "uid": uid, "managedFields": list(entries)}}


APPLIED, STATUS = entry("kubeskeptic", 1, operation="Apply"), entry("kube-controller-manager", 2, "status")


def second_write(before: list[Entry], after: list[Entry], **more: str) -> list[str]:
    managers = FieldManagers()
    managers.writers(deployment(*before))
    return managers.writers(deployment(*after, **more))


@pytest.mark.parametrize(
    ("after", "by"),
    [
        ([APPLIED, STATUS], []),
        ([APPLIED, entry("kube-controller-manager", 3, "status")], ["kube-controller-manager/status"]),
        ([APPLIED, STATUS, entry("kubectl-rollout", 2)], ["kubectl-rollout"]),  # in the same second as another write
        ([APPLIED, STATUS, entry("kubectl", None, "scale")], ["kubectl/scale"]),  # `scale` notes no time
        ([APPLIED, STATUS, entry("kubeskeptic", 1)], ["kubeskeptic"]),  # an update by the manager that has applied
        ([APPLIED, STATUS, entry("kube-controller-manager", 2)], ["kube-controller-manager"]),
        ([APPLIED, STATUS, entry("x", 3), entry("x", 3, "status")], ["x", "x/status"]),
        ([APPLIED, STATUS, entry("kubeskeptic", 1, operation="Apply", apiVersion="apps/v2")], ["kubeskeptic"]),
        ([STATUS], []),  # all that it had was taken from it
        ([STATUS, entry("ancient-changes", 1)], []),
        ([APPLIED, STATUS, entry("before-first-apply", 3)], []),
    ],
)
def test_who_wrote_is_whose_entry_is_new_or_has_another_time(after: list[Entry], by: list[str]) -> None:
    assert second_write([APPLIED, STATUS], after) == by


def test_all_that_an_object_says_is_new_of_a_new_object() -> None:
    assert second_write([APPLIED], [APPLIED], uid="another") == ["kubeskeptic"]
    assert second_write([APPLIED], [APPLIED], name="other") == ["kubeskeptic"]
    assert FieldManagers().writers(deployment(STATUS, APPLIED)) == ["kube-controller-manager/status", "kubeskeptic"]


def test_each_write_is_told_once() -> None:
    managers = FieldManagers()
    one, two = deployment(APPLIED), deployment(APPLIED, entry("kubectl", None, "scale"))
    assert [managers.writers(thing) for thing in (one, two, two, one, two)] == [
        ["kubeskeptic"], ["kubectl/scale"], [], [], ["kubectl/scale"],
    ]  # fmt: skip


def test_a_scaling_that_notes_no_time_shows_in_the_replicas() -> None:
    managers = FieldManagers()
    scaled, patched = [APPLIED, entry("kubectl", None, "scale")], [APPLIED, entry("kubeskeptic", 5)]
    told = [
        managers.writers(deployment(*entries) | {"spec": {"replicas": count}})
        for entries, count in (([APPLIED], 1), (scaled, 3), (scaled, 3), (scaled, 2), (patched, 4), (scaled, 5))
    ]
    assert told == [["kubeskeptic"], ["kubectl/scale"], [], ["kubectl/scale"], ["kubeskeptic"], ["kubectl/scale"]]
    status = [APPLIED, STATUS]
    assert managers.writers(deployment(*status, uid="e") | {"spec": {"replicas": 1}})
    assert managers.writers(deployment(*status, uid="e") | {"spec": {"replicas": 2}}) == []


def test_an_object_without_them_says_nothing() -> None:
    bare: dict[str, Any] = {"metadata": {"name": "n1", "managedFields": None}}
    assert FieldManagers().writers(bare) == FieldManagers().writers({"metadata": {"name": "n1"}}) == []
    assert last_written(bare) == 0.0
    assert last_written(deployment(entry("kubectl", None, "scale"))) == 0.0
    assert last_written(deployment(APPLIED, STATUS)) == 2.0
