import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.errors import EXIT_STATUSES, exit_in_words


@pytest.mark.parametrize("status", [*EXIT_STATUSES, 7, 139])
def test_every_exit_status_has_words(status: int) -> None:
    assert exit_in_words(status).startswith(f"exit status {status}: ")


def test_make_can_say_it() -> None:
    ran = subprocess.run([sys.executable, "-m", "kubeskeptic.errors", "10"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{exit_in_words(10)}\n"


@pytest.mark.parametrize(
    "words", [["--nope"], ["nope"], ["claims", "--nope"], ["compare"], ["up", "--workers", "many"]]
)
def test_an_invalid_command_line_is_bad_input_and_no_interrupt(words: list[str]) -> None:
    assert CliRunner().invoke(main, words).exit_code == 4


def test_commands_work_on_a_terminal_of_another_encoding_and_without_colour() -> None:
    command = [sys.executable, "-c", "from kubeskeptic.cli import main; main()", "claims", "service.stable"]
    ran = subprocess.run(
        command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "latin-1", "NO_COLOR": "1"}
    )
    assert b'the post   "' in ran.stdout
    assert b"\x1b" not in ran.stdout
