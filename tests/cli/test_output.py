"""What commands say of files that cannot be written, and of runs that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.reports import write_all

from ..reports.journals import write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_run(tmp_path_factory.mktemp("reports") / "20261123-1918-7f3a")
    write_all(folder)
    return folder


def skeptic(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    "words",
    [
        ("report", "RUN", "--findings", "FILE"),
        ("compare", "RUN", "RUN", "--html", "FILE"),
        ("baseline", "write", "RUN", "--file", "FILE"),
        ("tally", "RUN", "OTHER", "--write", "FILE"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(run: Path, tmp_path: Path, words: Sequence[str]) -> None:
    (tmp_path / "afile").touch()
    wrong = tmp_path / "afile" / "x"
    other = write_run(tmp_path / "20261123-2001-8b40")
    write_all(other)
    named = {"RUN": run, "OTHER": other, "FILE": wrong}
    status, said = skeptic(*(str(named.get(word, word)) for word in words))
    assert status == 4, said
    assert f"skeptic: {wrong} cannot be written: Not a directory; name a file in a folder that exists\n" in said


def test_where_no_run_is_the_next_step_is_named(tmp_path: Path) -> None:
    assert skeptic("report", "nope", "--reports", str(tmp_path)) == (
        4, f"skeptic: no run nope in {tmp_path}, nor any other; `pytest` creates one\n",
    )  # fmt: skip


def test_only_claims_that_are_alike_are_suggested() -> None:
    assert skeptic("claims", "nope") == (4, "skeptic: there is no claim “nope”; `skeptic claims` lists them\n")
    assert skeptic("claims", "loop.queu")[1].startswith(
        "skeptic: there is no claim “loop.queu”; did you mean loop.queue"
    )


def test_a_run_that_broke_off_is_said_to_have(tmp_path: Path) -> None:
    cut = write_run(tmp_path / "20261123-2001-dead", broken_off=True)
    assert skeptic("report", str(cut))[1].startswith("the journal ends in the middle of a line: this run broke off\n")
    status, said = skeptic("baseline", "write", str(cut), "--file", str(tmp_path / "b.yaml"))
    assert (status, said.startswith("this run broke off; cases")) == (0, True), said


def test_a_run_that_ended_is_not(run: Path) -> None:
    assert skeptic("report", str(run)) == (0, f"{run}/index.html\n")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_defaults_are_spelled_in_one_way(command: str) -> None:
    assert "[default: (" not in " ".join(skeptic(command, "--help")[1].split())
