"""Inner pytest runs with ``--alluredir`` and ``--junitxml``: they carry what the project's own reports do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kubeskeptic.reports import allure, read_report

from .inner import suite
from .test_plugin import VIOLATED, run

BODIES = ("holds(FINE)", VIOLATED, "holds(GAP)")


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """Allure's results by their name."""
    found = [json.loads(path.read_text()) for path in folder.glob("*-result.json")]
    assert len(found) == len({one["name"] for one in found}), "a test counts twice"
    return {one["name"]: one for one in found}


def labels(result: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in result["labels"]}


@pytest.fixture
def both(pytester: pytest.Pytester) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What allure-pytest wrote of a run, and what was written from its journal."""
    suite(pytester, *BODIES)
    run(pytester, "--alluredir=x", "--seed=7")
    (own,) = pytester.path.glob("reports/*/allure-results")
    return results(pytester.path / "x"), results(own)


def test_both_writers_mean_the_same_tests(both: tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]) -> None:
    theirs, ours = both
    assert set(theirs) == set(ours) == {"service.stable", "service.pod-killed", "heal.crash"}
    for name, result in ours.items():
        for field in ("historyId", "testCaseId", "fullName", "status", "titlePath"):
            assert theirs[name][field] == result[field], field
        assert labels(result).items() <= labels(theirs[name]).items()


def test_allure_has_statuses_labels_and_parameters(
    both: tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]],
) -> None:
    theirs, _ = both
    assert {name: one["status"] for name, one in theirs.items()} == {
        "service.stable": "passed",
        "service.pod-killed": "failed",
        "heal.crash": "broken",
    }
    killed = theirs["service.pod-killed"]
    assert labels(killed)["epic"] == "Services"
    assert labels(killed)["claim"] == labels(killed)["feature"] == "service.pod-killed"
    told = {one["name"]: one["value"] for one in killed["parameters"]}
    assert told["seed"] == "7"
    assert told["failing, bound"] == "≤\N{NO-BREAK SPACE}3\N{NO-BREAK SPACE}s = SYNC 1 + margin 2"
    assert killed["statusDetails"]["message"] == "Requests failed for 9 s."


def test_writing_from_the_journal_into_the_same_folder_counts_nothing_twice(pytester: pytest.Pytester) -> None:
    suite(pytester, *BODIES)
    run(pytester, "--alluredir=x")
    (run_dir,) = (path.parent for path in pytester.path.glob("reports/*/journal.jsonl"))
    report, folder = read_report(run_dir), pytester.path / "x"
    before = sorted(path.name for path in folder.glob("*-result.json"))
    kept = {name: (folder / name).read_text() for name in before}
    allure.write(report, folder)
    assert sorted(path.name for path in folder.glob("*-result.json")) == before
    for name, text in kept.items():  # and the other way round
        (folder / name).write_text(text)
    assert len(results(folder)) == len(BODIES)


def test_tests_without_a_claim_are_allures_own(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)", more="\ndef test_mine(): ...\n")
    run(pytester, "--alluredir=x")
    mine = results(pytester.path / "x")["test_mine"]
    assert "claim" not in labels(mine)
    assert mine["fullName"].endswith("#test_mine")


def test_junit_carries_claim_verdict_and_numbers(pytester: pytest.Pytester) -> None:
    suite(pytester, *BODIES)
    run(pytester, "--junitxml=x.xml")
    root = ElementTree.parse(pytester.path / "x.xml")
    told = [{one.get("name"): one.get("value") for one in case.iter("property")} for case in root.iter("testcase")]
    assert [one["verdict"] for one in told] == ["holds", "violated", "inconclusive"]
    assert told[1]["claim"] == "service.pod-killed"
    assert told[1]["measured.failing"] == "9\N{NO-BREAK SPACE}s"
    assert told[1]["bound.failing"] == "≤\N{NO-BREAK SPACE}3\N{NO-BREAK SPACE}s (SYNC 1 + margin 2)"
