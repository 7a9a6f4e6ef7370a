"""Tables about pods, against what the watch shows of these pods."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import matches
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Change, FaultSpan
from tests.checks.declared import declared
from tests.checks.minute import says
from tests.drawn import gone, pod


def told(
    *changes: Change, of: tuple[str, ...] = ("web",), parts: tuple[str, ...] = (), at: float = 10.0, **cells: object
) -> Finding:
    act = declared(*changes)
    act.recording.see("seen", {name.replace("_", " "): value for name, value in cells.items()}, at)
    return matches(act, "seen", dict(act.recording.tables["seen"]), of=of, parts=parts)


OLD, NEW = pod(0.0, "web-a"), pod(5.0, "web-b")
GONE = pod(4.0, "web-a", type="DELETED")
RESTARTED = pod(5.0, "web-a", restarts=1)


@pytest.mark.parametrize(
    ("changes", "cells", "why"),
    [
        ((OLD,), {"content": "x"}, ""),
        ((), {"content": "x"}, "“seen” is about pods of web that the watch does not show"),
        ((OLD,), {"same_pod": True}, ""),
        ((OLD, GONE, NEW), {"same_pod": True}, "“same pod” in “seen” is True, but the watch shows False"),
        ((OLD, GONE, NEW), {"another_pod": True}, ""),
        ((OLD,), {"another_pod": True}, "“another pod” in “seen” is True, but the watch shows False"),
        ((OLD, RESTARTED), {"restarts": 1, "restarted": True}, ""),
        ((OLD, RESTARTED), {"restarts": 2}, "“restarts” in “seen” is 2, but the watch shows 1"),
        ((OLD,), {"restarted": True}, "“restarted” in “seen” is True, but the watch shows False"),
        ((OLD, pod(15.0, "web-a", restarts=1)), {"restarts": 1}, ""),
        ((OLD, pod(25.0, "web-a", restarts=1)), {"restarts": 1}, "but the watch shows 0"),
        ((OLD, GONE, NEW), {"on_the_same_node": True}, ""),
        ((OLD, GONE, pod(5.0, "web-b", node="n2")), {"on_the_same_node": True}, "but the watch shows False"),
        ((OLD, pod(3.0, "web-a", deleting=True), NEW, pod(6.0, "web-a", deleting=True)), {"another_pod": True}, ""),
    ],
)  # fmt: skip
def test_a_table_says_of_a_pod_what_the_watch_shows(
    changes: tuple[Change, ...], cells: dict[str, Any], why: str
) -> None:
    says(told(*changes, **cells), why)


def test_pods_of_two_apps_are_on_one_node() -> None:
    other = pod(0.0, "other-a", app="other")
    says(told(OLD, other, of=("web", "other"), on_the_same_node=True), "")
    away = pod(0.0, "other-a", app="other", node="n2")
    says(told(OLD, away, of=("web", "other"), on_the_same_node=True), "but the watch shows False")
    says(told(OLD, of=("web", "other"), content="x"), "about pods of web and other that the watch does not show")


def test_a_pod_has_the_containers_that_a_table_is_about() -> None:
    says(told(OLD, parts=("server",), content="x"), "")
    says(told(OLD, parts=("server", "second"), content="x"), "about pods of web that the watch does not show")


def test_a_table_about_something_else_needs_no_pod() -> None:
    says(told(of=(), content="x"), "")


def noted(*faults: FaultSpan, at: float = 10.0, more: float = 10.0) -> Finding:
    """A table whose two cells were noted at two moments."""
    act = declared(OLD, GONE, NEW, faults=faults)
    act.recording.see("seen", {"another pod": True}, at)
    act.recording.see("seen", {"content": "x"}, more)
    return matches(act, "seen", {"another pod": True, "content": "x"}, of=("web",))


@pytest.mark.parametrize(("more", "together"), [(10.0, True), (9.0, False), (11.0, False)])
def test_what_is_told_of_a_pod_is_noted_together(more: float, together: bool) -> None:
    says(noted(more=more), "" if together else "“seen” was not noted all at once: some of it may be about another pod")


@pytest.mark.parametrize(("applied", "after"), [(10.0, True), (10.1, False)])
def test_what_is_told_of_a_pod_is_noted_after_the_fault(applied: float, after: bool) -> None:
    why = "“another pod” in “seen” was noted before hang_container was applied"
    says(noted(gone(2.0, "pod/ns/web-a"), gone(applied, "pod/ns/web-a")), "" if after else why)
    other = gone(applied, "pod/ns/web-a")
    other.act = "another"
    says(noted(other), "")
    lame = gone(applied, "pod/ns/web-a")
    del lame.phases["applied"]
    assert "was noted before" not in noted(lame).why
