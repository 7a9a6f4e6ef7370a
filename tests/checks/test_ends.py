"""Ends of a container's process that a fault did not bring about. The process is killed between 100 s and 101 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks.ends import other_ends
from kubeskeptic.timeline import Change
from tests.drawn import fault, pod

BEFORE = pod(0.0, "web-a").object


def said(*, name: str = "kill_container", restarts: int = 1, **ended: Any) -> str:
    """What shows that the container ended otherwise; empty if nothing does."""
    again = pod(103.0, "web-a", restarts=restarts)
    again.object["status"]["containerStatuses"][0]["lastState"] = {"terminated": ended}
    killed = fault({"applying": 100.0, "applied": 101.0, "bit": 101.0}, name=name, target="pod/ns/web-a")
    return "; ".join(other_ends(BEFORE, again, killed))


@pytest.mark.parametrize("name", ["kill_container", "hang_container"])
def test_a_process_that_is_killed_says_so(name: str) -> None:
    assert said(name=name, exitCode=137, reason="Error") == ""
    assert said(name=name) == "", "older journals do not say"
    assert said(name=name, exitCode=1) == "The process of server in web-a ended with status 1, and not by SIGKILL"
    assert said(name=name, exitCode=0) == "The process of server in web-a ended by itself, with status 0"
    oom = "The process of server in web-a was killed for its memory"
    assert said(name=name, exitCode=137, reason="OOMKilled") == oom


@pytest.mark.parametrize("code", [1, 137, 255])
def test_a_node_that_crashes_ends_processes_in_any_way(code: int) -> None:
    assert said(name="crash_node", exitCode=code, reason="OOMKilled") == ""
    assert "by itself" in said(name="crash_node", exitCode=0)


@pytest.mark.parametrize(
    ("at", "sure"),
    [
        (
            "1970-01-01T00:01:38Z",
            True,
        ),  # within second 98: at least half a second by which clocks may differ before 100
        ("1970-01-01T00:01:39Z", False),
        ("1970-01-01T00:01:45Z", False),
        ("", False),
    ],
)
def test_a_process_that_had_ended_before_was_not_killed(at: str, sure: bool) -> None:
    why = "The process of server in web-a had ended at least 1.0 s before kill_container"
    assert said(exitCode=137, finishedAt=at) == (why if sure else "")


def test_only_a_container_that_restarted_counts() -> None:
    assert said(restarts=0, exitCode=1) == ""


@pytest.mark.parametrize(
    ("before", "after", "by_itself"), [(1, 1, False), (0, 0, False), (1, 2, True), (None, 1, True), (1, None, False)]
)
def test_only_an_end_that_led_to_a_restart_since_then_counts(
    before: int | None, after: int | None, by_itself: bool
) -> None:
    def with_count(seen: float, count: int | None) -> Change:
        change = pod(seen, "web-a")
        (status,) = change.object["status"]["containerStatuses"]
        status |= {"restartCount": count, "lastState": {"terminated": {"exitCode": 0}}}
        if count is None:
            del status["restartCount"]
        return change

    crash = fault({"applying": 1.0, "applied": 1.0, "bit": 1.0})
    told = [*other_ends(with_count(0.0, before).object, with_count(3.0, after), crash)]
    assert told == (["The process of server in web-a ended by itself, with status 0"] if by_itself else [])
    assert len([*other_ends({"status": {}}, with_count(3.0, 1), crash)]) == 1, "a container that was not there"
