from __future__ import annotations

import json

import pytest

from kubeskeptic.errors import Unanswered
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
