"""Two runs beside each other: what turned is said first, what is lost is never quiet, what only wobbles is no finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.errors import BadInput
from kubeskeptic.reports import write_all
from kubeskeptic.reports.compared import render
from kubeskeptic.reports.comparison import Comparison, document, read
from kubeskeptic.reports.html.comparison import render as render_page
from kubeskeptic.reports.pair import ClaimChange, Pair


def finding(verdict: str, seconds: float = 3.0, claim: str = "heal.crash", case: str | None = None) -> dict[str, Any]:
    """A claim of a result."""
    bound = {"value": 4.0, "unit": "s", "from": "START 2 + margin 2", "at_least": False}
    measured = {"asked": {"value": 7, "unit": "requests"}, "restarted": {"value": seconds, "unit": "s"}}
    return {"id": claim, "case": case, "verdict": verdict, "why": f"It took {seconds} s.",
            "bound": {"restarted": bound}, "measured": measured}  # fmt: skip


def result(*claims: dict[str, Any], grace: float | None = 50.0, **run: Any) -> dict[str, Any]:
    """A ``result.json``, as far as comparing reads it."""
    settings = {} if grace is None else {"GRACE": {"value": grace, "unit": "s", "from": "its default"}}
    about = {"id": "r", "kubernetes": "v1.37.2", "provider": "kind", "nodes": ["a", "b"], "seed": 7, "harness": "0.1.0"}
    about |= {"started": "2026-11-24T22:48:21.551Z", "ended": "2026-11-24T22:53:21.551Z", "settings": settings}
    return {"schema": 1, "run": about | run, "claims": list(claims)}


def without(*place: str | int) -> str:
    """A ``result.json`` that lacks one thing."""
    whole: Any = result(finding("inconclusive"))
    *way, last = place
    there = whole
    for step in way:
        there = there[step]
    del there[last]
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("was", "now", "turn", "status"),
    [
        ("holds", "holds", ClaimChange.SAME, 0),
        ("violated", "violated", ClaimChange.SAME, 0),
        ("holds", "violated", ClaimChange.VIOLATED, 1),
        ("skipped", "violated", ClaimChange.VIOLATED, 1),
        (None, "violated", ClaimChange.VIOLATED, 1),
        ("holds", "inconclusive", ClaimChange.LOST, 10),
        ("holds", "skipped", ClaimChange.LOST, 10),
        ("holds", None, ClaimChange.LOST, 10),
        ("violated", None, ClaimChange.OTHER, 0),
        ("violated", "inconclusive", ClaimChange.OTHER, 0),
        ("violated", "holds", ClaimChange.MENDED, 0),
        ("inconclusive", "holds", ClaimChange.GAINED, 0),
        (None, "holds", ClaimChange.GAINED, 0),
        ("inconclusive", "skipped", ClaimChange.OTHER, 0),
    ],
)
def test_what_became_of_a_claim(was: str | None, now: str | None, turn: ClaimChange, status: int) -> None:
    before, after = (result(*([finding(one)] if one else [])) for one in (was, now))
    compared = Comparison(before, after)
    assert [pair.turn for pair in compared.pairs] == [turn]
    assert compared.status == status


def test_cases_of_a_claim_are_compared_each_by_itself() -> None:
    before = result(finding("holds", case="forced"), finding("holds", case="graceful"))
    after = result(finding("violated", 9.0, case="graceful"), finding("holds", case="SIGKILL"))
    pairs = Comparison(before, after).pairs
    assert [(one.case, one.turn) for one in pairs] == [
        ("graceful", ClaimChange.VIOLATED),
        ("SIGKILL", ClaimChange.GAINED),
        ("forced", ClaimChange.LOST),
    ]


def test_the_text_begins_with_what_turned_and_ends_with_the_sum() -> None:
    before = result(finding("holds"), finding("holds", claim="service.stable"), id="old", kubernetes="v1.36.3")
    after = result(finding("violated", 9.0), finding("holds", 3.5, "service.stable"), grace=40.0, id="new", ended=None)
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in render(Comparison(before, after)).splitlines()]
    assert lines == [
        "before  old  Kubernetes v1.36.3 on kind, 2 nodes, 2026-11-24 22:48:21 UTC, seed 7, kubeskeptic 0.1.0",
        "after   new  Kubernetes v1.37.2 on kind, 2 nodes, 2026-11-24 22:48:21 UTC, seed 7, kubeskeptic 0.1.0",
        "        this run broke off: the claims that it did not reach were not asked",
        "",
        "Settings that differ, and the bounds that changed with them:",
        "  GRACE          50 s → 40 s  (its default)",
        "",
        "Newly violated: 1",
        "  ✕ heal.crash: holds → violated",
        "      It took 9.0 s.",
        "      asked: 7 requests → 7 requests",
        "      restarted: 3 s (≤ 4 s) → 9 s (≤ 4 s)",
        "",
        "The same verdict: 1",
        "  ● service.stable  restarted 3 s → 3.5 s",
        "",
        "1 newly violated; 1 of 2 hold in both.",
    ]


def test_a_claim_that_was_not_asked_again_is_not_passed_over() -> None:
    text = render(Comparison(result(finding("holds")), result(grace=None)))
    assert "No longer seen to hold: 1\n  – heal.crash: holds → not asked" in text
    assert "50\N{NO-BREAK SPACE}s → –  (no longer read)" in text


def test_nothing_changed_is_said_in_a_line() -> None:
    same = Comparison(result(finding("holds")), result(finding("holds")))
    assert render(same).endswith("The same verdict: 1\n  ● heal.crash\n\nNo verdict changed: 1 of 1 hold in both.")
    assert Pair("heal.crash", "", None, None).turn is ClaimChange.SAME


def test_two_runs_that_asked_nothing_are_not_the_same() -> None:
    nothing = Comparison(result(), result())
    assert nothing.status == 10
    assert render(nothing).endswith("Nothing was compared: neither run asked a claim.")
    assert "<h1>Nothing was compared</h1>" in render_page(nothing)


def test_programs_get_both_sides() -> None:
    told = document(Comparison(result(finding("holds")), result(finding("violated"), grace=40.0)))
    assert told["settings"]["GRACE"]["after"]["value"] == 40.0
    (claim,) = told["claims"]
    assert (claim["turn"], claim["before"]["verdict"], claim["after"]["verdict"]) == (
        "newly violated",
        "holds",
        "violated",
    )
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not JSON"),
        ("[]", "is not a kubeskeptic result in schema 1"),
        ('{"schema": 2, "run": {}, "claims": []}', "is not a kubeskeptic result in schema 1"),
        ('{"schema": 1, "claims": []}', "schema 1 .it lacks 'run'.; `skeptic report RUN` writes it again"),
        ('{"schema": 1, "run": 7, "claims": []}', "is not a kubeskeptic result in schema 1"),
        (without("run", "ended"), "it lacks 'ended'"),
        (without("run", "settings", "GRACE", "from"), "it lacks 'from'"),
        (without("claims", 0, "verdict"), "it lacks 'verdict'"),
        (without("claims", 0, "measured"), "it lacks 'measured'"),
        (without("claims", 0, "bound", "restarted", "at_least"), "it lacks 'at_least'"),
        (without("claims", 0, "measured", "asked", "unit"), "it lacks 'unit'"),
        (json.dumps(result(finding("good"))), "'good' is not a valid Verdict"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_what_is_no_result_is_refused_in_one_sentence(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    path = tmp_path / "result.json"
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(BadInput, match=words) as said:
        read(path)
    assert "\n" not in str(said.value)


def test_from_a_shell_by_id_and_by_path(run_dir: Path) -> None:
    written = write_all(run_dir)
    ran = CliRunner().invoke(main, ["compare", str(written.result), "2026", "--reports", str(run_dir.parent)])
    assert ran.exit_code == 0, ran.output
    assert ran.output.rstrip().endswith("No verdict changed: 10 of 14 hold in both.")
    ran = CliRunner().invoke(main, ["compare", "1999", "--reports", str(run_dir.parent)])
    assert ran.exit_code == 4
    assert "there is no run “1999”" in ran.output


def test_a_file_that_is_no_result_is_said_to_be_none(run_dir: Path, tmp_path: Path) -> None:
    write_all(run_dir)
    (tmp_path / "README.md").touch()
    for there in (tmp_path / "README.md", tmp_path):
        neither = f"{there} is neither a run nor a result.json; name a run by its id or its folder"
        for words in (["compare", str(there), "latest"], ["tally", str(there), "2026"]):
            ran = CliRunner().invoke(main, [*words, "--reports", str(run_dir.parent)])
            assert (ran.exit_code, ran.output.startswith(f"skeptic: {neither}")) == (4, True), ran.output
        ran = CliRunner().invoke(main, ["report", str(there), "--reports", str(run_dir.parent)])
        assert (ran.exit_code, f"{there} is not a run; name" in ran.output) == (4, True), ran.output
