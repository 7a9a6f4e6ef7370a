from __future__ import annotations

import json
from typing import Any

import pytest

from kubeskeptic.durations import COMMAND
from kubeskeptic.errors import Unanswered
from kubeskeptic.kube import execution
from kubeskeptic.kube.execution import exit_status


def test_success() -> None:
    assert exit_status('{"status": "Success"}') == (0, "")


def test_a_commands_own_status() -> None:
    causes = [{"reason": "ExitCode", "message": "42"}]
    said = {"status": "Failure", "message": "terminated with non-zero exit code", "details": {"causes": causes}}
    assert exit_status(json.dumps(said)) == (42, "terminated with non-zero exit code")


def test_a_command_that_never_started_has_no_status_of_its_own() -> None:
    said = {"status": "Failure", "message": "executable file not found", "details": {"causes": [{"message": "oci"}]}}
    assert exit_status(json.dumps(said)) == (127, "executable file not found")


def test_silence_is_not_success() -> None:
    with pytest.raises(Unanswered):
        exit_status("")


ERRORS = 3
"""The channel on which the server says how a command ended."""


class Ended:
    """The client of a command that the server has ended, with its connection."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.sock = self

    def is_open(self) -> bool:
        return False

    def read_channel(self, channel: int) -> str:
        return '{"status": "Success"}' if channel == ERRORS else "printed"

    def close(self) -> None:
        self.steps.append("close")

    def shutdown(self) -> None:
        self.steps.append("shutdown")


def test_the_socket_is_closed_when_the_server_has_closed_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Ended()
    monkeypatch.setattr(execution, "_open", lambda *_: client)
    connection: Any = None
    assert execution.run_in_container(connection, "ns", "pod", "server", ["true"], COMMAND) == "printed"
    assert client.steps == ["close", "shutdown"]
