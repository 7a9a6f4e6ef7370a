"""A run whose journal is damaged: every command and every format says so, and nothing is concluded from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubeskeptic.cli import main
from kubeskeptic.reports import write_all

from ..reports.journals import write_run
from ..reports.schemas import errors

Lines = list[bytes]
AT = 12
"""The line that is damaged, counted from 0."""


def cut(lines: Lines) -> Lines:
    return [*lines[:AT], lines[AT][:40] + b"\n", *lines[AT + 1 :]]


def left_out(lines: Lines) -> Lines:
    return [*lines[:AT], *lines[AT + 1 :]]


def doubled(lines: Lines) -> Lines:
    return [*lines[:AT], lines[AT], *lines[AT:]]


def swapped(lines: Lines) -> Lines:
    return [*lines[:AT], lines[AT + 1], lines[AT], *lines[AT + 2 :]]


def damage(folder: Path, how: Callable[[Lines], Lines]) -> Path:
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"".join(how(journal.read_bytes().splitlines(keepends=True))))
    return folder


def skeptic(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "20261123-1918-7f3a")
    write_all(folder)
    return folder


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    folder = damage(write_run(tmp_path / "20261123-2001-8b40"), left_out)
    write_all(folder)
    return folder


@pytest.mark.parametrize("how", [cut, left_out, doubled, swapped])
def test_report_says_so_and_exits_with_10(tmp_path: Path, how: Callable[[Lines], Lines]) -> None:
    folder = damage(write_run(tmp_path / "20261123-2001-8b40"), how)
    done = skeptic("report", folder)
    assert (done.exit_code, done.stdout) == (10, f"{folder}/index.html\n")
    assert done.stderr.startswith("the journal is damaged: line ")
    assert done.stderr.endswith(f"; `pytest --replay={folder}` judges what is left\n")


def test_every_format_says_so(damaged: Path) -> None:
    result = json.loads((damaged / "result.json").read_text())
    assert result["run"]["damage"] == ["line 13 of the journal follows a gap: number 13 is missing"]
    assert errors(result) == []
    text, page = ((damaged / name).read_text() for name in ("summary.md", "index.html"))
    assert "> **The journal is damaged:** line 13 of the journal follows a gap" in text
    assert "<strong>The journal is damaged:</strong> line 13 of the journal follows a gap" in page
    assert "`pytest --replay=FOLDER` judges what is left." in text
    assert "`pytest --replay=FOLDER` judges what is left." in page


def test_a_whole_journal_has_no_damage(whole: Path) -> None:
    assert json.loads((whole / "result.json").read_text())["run"]["damage"] == []
    assert "damaged" not in (whole / "summary.md").read_text() + (whole / "index.html").read_text()


def test_no_run_is_compared_with_it(whole: Path, damaged: Path, tmp_path: Path) -> None:
    kept = tmp_path / "baseline.yaml"
    assert skeptic("baseline", "write", whole, "--file", kept).exit_code == 0
    for words in (
        ("compare", whole, damaged),
        ("compare", damaged, whole),
        ("baseline", "check", damaged, "--file", kept),
        ("tally", whole, damaged),
    ):
        done = skeptic(*words)
        assert (done.exit_code, done.stdout) == (10, ""), words
        said = f"skeptic: nothing can be concluded from run {damaged.name}: the journal is damaged: line 13 "
        assert done.stderr.startswith(said)
        assert done.stderr.count("\n") == 1


def test_no_baseline_is_made_of_it(damaged: Path, tmp_path: Path) -> None:
    kept = tmp_path / "baseline.yaml"
    assert skeptic("baseline", "write", damaged, "--file", kept).exit_code == 10
    assert not kept.exists()


def test_a_run_that_broke_off_is_not_damaged(tmp_path: Path, whole: Path) -> None:
    killed = write_run(tmp_path / "20261123-2101-dead", broken_off=True)
    assert skeptic("report", killed).exit_code == 0
    assert json.loads((killed / "result.json").read_text())["run"]["damage"] == []
    compared = skeptic("compare", whole, killed)
    assert "this run broke off: the claims that it did not reach were not asked" in compared.stdout


def test_a_result_of_an_earlier_version_does_not_tell_and_is_compared(whole: Path, tmp_path: Path) -> None:
    result = json.loads((whole / "result.json").read_text())
    del result["run"]["damage"]
    (tmp_path / "old.json").write_text(json.dumps(result))
    assert errors(result) == []
    assert skeptic("compare", tmp_path / "old.json", whole).exit_code == 0
