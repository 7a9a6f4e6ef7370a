import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.cli.usage import Percentage
from kubeskeptic.errors import EXIT_STATUSES, exit_in_words


@pytest.mark.parametrize("status", [*EXIT_STATUSES, 7, 139])
def test_every_exit_status_has_words(status: int) -> None:
    assert exit_in_words(status).startswith(f"exit status {status}: ")


def test_make_can_say_it() -> None:
    ran = subprocess.run([sys.executable, "-m", "kubeskeptic.errors", "10"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{exit_in_words(10)}\n"


@pytest.mark.parametrize(
    ("words", "says", "command"),
    [
        (["--nope"], "no such option “--nope”", "skeptic"),
        (["nope"], "no such command “nope”", "skeptic"),
        (["claims", "--nope"], "no such option “--nope”", "skeptic claims"),
        (["compare"], "BEFORE is missing", "skeptic compare"),
        (["tally"], "RUNS is missing", "skeptic tally"),
        (["adopt"], "--context is missing", "skeptic adopt"),
        (["adopt", "--context"], "option “--context” requires an argument", "skeptic adopt"),
        (["rbac", "root"], "LEVEL: “root” is not one of “read-only”, ", "skeptic rbac"),
        (["status", "now"], "unexpected argument (now)", "skeptic status"),
        (["up", "--workers", "many"], "--workers: “many” is not a whole number", "skeptic up"),
        (["up", "--workers", "0"], "--workers: 0 is not a number from 1 to 20", "skeptic up"),
        (["baseline", "check", "-f"], "option “-f” requires an argument", "skeptic baseline"),
        (["baseline", "check", "--json=1"], "option “--json” does not take a value", "skeptic baseline"),
        (["baseline", "check", "a", "b"], "unexpected argument (b)", "skeptic baseline check"),
        (["claims", "--fill", "no/file"], "--fill: path “no/file” does not exist", "skeptic claims"),
    ],
)
def test_an_invalid_command_line_is_bad_input_in_one_sentence(words: list[str], says: str, command: str) -> None:
    ended = CliRunner().invoke(main, words)
    assert ended.exit_code == 4
    assert ended.output.startswith(f"skeptic: {says}")
    assert ended.output.endswith(f" `{command} --help` shows the usage\n")
    assert ended.output.count("\n") == 1


def test_a_misspelled_command_or_option_is_answered_with_the_one_that_is_like_it() -> None:
    for words, said in (
        (["statsu"], "no such command “statsu”; did you mean “status”? `skeptic --help`"),
        (["up", "--worker", "3"], "no such option “--worker”; did you mean “--workers”? `skeptic up --help`"),
    ):
        assert CliRunner().invoke(main, words).output == f"skeptic: {said} shows the usage\n"


@pytest.mark.parametrize("words", [[], ["baseline"]])
def test_without_a_command_the_help_is_shown(words: list[str]) -> None:
    ended = CliRunner().invoke(main, words)
    assert (ended.exit_code, ended.output.startswith("Usage: ")) == (4, True)


@pytest.mark.parametrize("value", ["abc", "-1", "nan", "inf", "20%", ""])
@pytest.mark.parametrize("words", [["compare", "a", "b"], ["baseline", "check"], ["upgrade", "--to", "v1.37.2"]])
def test_a_tolerance_is_a_percentage(words: list[str], value: str) -> None:
    ended = CliRunner().invoke(main, [*words, f"--tolerance={value}"])
    assert (ended.exit_code, ended.output) == (
        4, f"skeptic: --tolerance is a percentage, such as 20, not “{value}”\n"
    )  # fmt: skip


@pytest.mark.parametrize(("text", "number"), [("20", 20.0), ("0", 0.0), ("2.5", 2.5), (".5", 0.5)])
def test_a_percentage(text: str, number: float) -> None:
    assert Percentage().convert(text, None, None) == number


def test_commands_work_on_a_terminal_of_another_encoding_and_without_colour() -> None:
    command = [sys.executable, "-c", "from kubeskeptic.cli import main; main()", "claims", "service.stable"]
    ran = subprocess.run(
        command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "latin-1", "NO_COLOR": "1"}
    )
    assert b'the post   "' in ran.stdout
    assert b"\x1b" not in ran.stdout
