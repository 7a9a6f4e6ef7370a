"""A baseline says in a reviewer's words what a run found, and a later run is held against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.errors import BadInput
from kubeskeptic.reports.baseline import read, text
from kubeskeptic.reports.comparison import Comparison
from kubeskeptic.reports.pair import ClaimChange

from .test_comparison import finding, result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def skeptic(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words))
    return done.exit_code, done.output


def write(name: str, one: dict[str, Any]) -> str:
    Path(name).write_text(json.dumps(one))
    return name


def test_it_reads_as_what_it_says(folder: Path) -> None:
    said = text(result(finding("holds", case="once")))
    assert "- id: heal.crash\n  case: once\n  verdict: holds\n" in said
    assert "    restarted: 3 s\n" in said
    assert "    restarted: at most 4 s\n" in said
    assert "  GRACE: 50 s\n" in said


def test_a_run_is_the_same_as_its_own_baseline(folder: Path) -> None:
    run = result(finding("holds"), finding("violated", claim="service.stable"))
    (folder / "b.yaml").write_text(text(run))
    compared = Comparison(read(folder / "b.yaml"), run, tolerance=0)
    assert {pair.turn for pair in compared.pairs} == {ClaimChange.SAME}
    assert (compared.settings, compared.status) == ({}, 0)


def test_what_held_and_does_not_fails_the_check(folder: Path) -> None:
    assert skeptic("baseline", "write", write("was.json", result(finding("holds")))) == (
        0, "kubeskeptic-baseline.yaml: 1 case of run r\n",
    )  # fmt: skip
    assert skeptic("baseline", "check", write("now.json", result(finding("violated", 9.0))))[0] == 1
    assert skeptic("baseline", "check", write("now.json", result(finding("inconclusive"))))[0] == 10
    slower = write("now.json", result(finding("holds", 3.9)))
    assert skeptic("baseline", "check", slower)[0] == 0
    status, said = skeptic("baseline", "check", slower, "--tolerance", "20", "--markdown")
    assert status == 1
    assert said.startswith("**1 holds with a number that is worse than the tolerance allows; ")
    assert "| `heal.crash` | holds with a number that is worse" in said


def test_a_changed_setting_is_named_as_the_reason_of_another_bound() -> None:
    was, now = finding("holds"), finding("violated", 9.0)
    for one in (was, now):
        one["bound"]["restarted"]["from"] = "GRACE 50 + margin 2"
    now["bound"]["restarted"]["value"] = 5.0
    compared = Comparison(result(was, grace=40.0), result(now))
    assert compared.reasons(compared.pairs[0]) == ["GRACE"]


@pytest.mark.parametrize(
    ("content", "because"),
    [
        ("schema: 2\n", "not a baseline in schema 1 (its schema: 2)"),
        ("- a\n", "its schema: none"),
        ("{", "is not YAML"),
        ("schema: 1\nrun: {nodes: 1}\nsettings: {}\nclaims: [{id: x}]\n", "damaged baseline (KeyError: 'verdict')"),
        ("schema: 1\nrun: {nodes: 1}\nsettings: {}\nclaims: [{id: x, verdict: good}]\n", "damaged baseline"),
    ],
)
def test_what_is_no_baseline_is_said_in_one_sentence(folder: Path, content: str, because: str) -> None:
    (folder / "b.yaml").write_text(content)
    with pytest.raises(BadInput, match=because.replace("(", r"\(").replace(")", r"\)")):
        read(folder / "b.yaml")


def test_two_runs_that_share_no_claim_are_refused() -> None:
    with pytest.raises(BadInput, match="share no claim"):
        Comparison(result(finding("holds")), result(finding("holds", claim="service.stable")))
