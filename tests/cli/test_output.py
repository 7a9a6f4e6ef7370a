"""What commands say of files that cannot be written, and of runs that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
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
        4, f"skeptic: no run “nope” in {tmp_path}, nor any other; `pytest` creates one\n",
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


def one_sentence(*words: object) -> str:
    """What a command says of input that it cannot use; it has no traceback."""
    ended = CliRunner().invoke(main, [str(word) for word in words])
    assert isinstance(ended.exception, SystemExit), ended.exception
    assert (ended.exit_code, ended.output.count("\n")) == (4, 1), ended.output
    return ended.output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("test_a.py", "import nothing_of_this_name", "cannot be imported (ModuleNotFoundError: No module named"),
        ("test_b.py", "def broken(:", "cannot be imported (SyntaxError: "),
        ("test_c.py", "raise SystemExit(1)", "cannot be imported (SystemExit: 1)"),
        ("test_d.yaml", "a: b", "is not a Python file; name a suite file, or a folder of them"),
    ],
)
def test_a_suite_that_cannot_be_imported_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    told = one_sentence("prove", "--suites", tmp_path / name, "--dry-run")
    assert said in told
    assert str(tmp_path / name) in told


def test_what_is_filled_must_be_text(tmp_path: Path) -> None:
    assert "cannot be read: Is a directory; name a Markdown file" in one_sentence("claims", "--fill", tmp_path)
    (tmp_path / "x.md").write_bytes(b"\xff\xfe")
    assert "is not a text file (" in one_sentence("claims", "--fill", tmp_path / "x.md")
    for place, said in (
        ("suites/none.py:f", "cannot be read"),
        ("suites/dns/test_names.py:f", "has no function f; name"),
    ):
        (tmp_path / "x.md").write_text(f"<!-- source:{place} -->\n<!-- /source -->")
        assert said in one_sentence("claims", "--fill", tmp_path / "x.md")


@pytest.mark.parametrize("text", ["{", '[{"claim": "heal.crash"}]', '[{"claim": "c", "case": "", "sabotage": "s"}]'])
def test_a_report_beside_damaged_grades_says_so(tmp_path: Path, text: str) -> None:
    folder = write_run(tmp_path / "20261123-2001-8b40")
    (tmp_path / "grades.json").write_text(text)
    told = one_sentence("report", folder)
    assert f"{tmp_path / 'grades.json'} is not" in told
    assert "delete it, and `skeptic prove" in told


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("loop.queue", "the post agrees\n"),
        ("loop.cpu", "the post is qualified: An autoscaler of pods adds pods"),
        ("proxy.crosses-nodes", "the post is contradicted: All the time"),
        ("proxy.outlives-kube-proxy", "nothing: the post does not say it"),
    ],
)
def test_what_is_expected_of_a_claim_is_a_phrase(claim: str, expected: str) -> None:
    assert f"  expected   {expected}" in skeptic("claims", claim)[1]


@pytest.mark.parametrize("raised", [KeyboardInterrupt("SIGTERM: undoing everything before exiting"), click.Abort()])
def test_an_interrupt_is_no_violation(monkeypatch: pytest.MonkeyPatch, raised: BaseException) -> None:
    def interrupted(**_: object) -> None:
        raise raised

    monkeypatch.setattr(main.commands["claims"], "callback", interrupted)
    assert skeptic("claims") == (2, "skeptic: interrupted\n")
