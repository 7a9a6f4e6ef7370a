"""What other people's pipelines take from here: pinned, with few rights, and with shell that runs."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeskeptic.paths import checkout

ACTION = checkout() / "action.yml"
WORKFLOWS = sorted((checkout() / ".github" / "workflows").glob("*.yml"))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    document = yaml.safe_load(path.read_text())
    places = [document["runs"]] if "runs" in document else document["jobs"].values()
    for place in places:
        yield from place["steps"]


def step(name: str) -> dict[str, Any]:
    return next(one for one in steps(ACTION) if one.get("name") == name)


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_actions_of_others_are_pinned_by_commit(path: Path) -> None:
    for used in (one["uses"] for one in steps(path) if "uses" in one):
        assert used == "./" or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


def test_shell_takes_inputs_from_the_environment_and_parses() -> None:
    for one in steps(ACTION):
        script = one.get("run", "")
        assert "${{" not in script, one["name"]  # what an input says is never part of a script
        subprocess.run(["bash", "-n", "-c", script], check=True)


TOOL = """#!/bin/sh
echo "{tool} $*" >> "{called}"
[ -z "$COUNT" ] || echo "$# words" >> "{called}"
echo "${{SAID:-said}}"
exit ${{STATUS:-0}}
"""


def run(name: str, folder: Path, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run a step's shell with commands that write down how they were called."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for tool in ("skeptic", "pytest"):
        (tools / tool).write_text(TOOL.format(tool=tool, called=folder / "called"))
        (tools / tool).chmod(0o755)
    files = {name: str(folder / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    files["RUNNER_TEMP"] = str(folder)
    told = os.environ | files | {"PATH": f"{tools}:{os.environ['PATH']}"} | environment
    script = ["bash", "-e", "-o", "pipefail", "-c", step(name)["run"]]  # as GitHub calls it
    done = subprocess.run(script, cwd=folder, env=told, capture_output=True, text=True, check=False)
    called = folder / "called"
    return done, called.read_text().splitlines() if called.exists() else []


def test_a_cluster_is_made_or_another_one_adopted(tmp_path: Path) -> None:
    assert run("Cluster", tmp_path, VERSION="v1.37.0", CONTEXT="")[1] == ["skeptic up --kubernetes v1.37.0"]
    (tmp_path / "called").unlink()
    adopted = '{"was": "node"}'
    assert run("Cluster", tmp_path, VERSION="", CONTEXT="kind-x", SAID=adopted)[1] == [
        "skeptic adopt --context kind-x --risk control-plane --json"
    ]  # fmt: skip
    assert (tmp_path / "github_output").read_text() == "was=node\n"
    (tmp_path / "github_output").unlink()
    run("Cluster", tmp_path, VERSION="", CONTEXT="kind-x", SAID='{"was": null}')
    assert (tmp_path / "github_output").read_text() == "was=none\n"
    done, called = run("Cluster", tmp_path, VERSION="", CONTEXT="kind-x", STATUS="21")
    assert done.returncode == 21
    assert len(called) == 3


def test_the_verdict_is_the_steps_exit_status(tmp_path: Path) -> None:
    done, called = run("Ask", tmp_path, CONTEXT="", ARGUMENTS="-m quick", SUITES="", STATUS="10")
    assert done.returncode == 10
    assert called == [f"pytest --skeptic-reports={tmp_path}/reports --pyargs kubeskeptic.suites -m quick"]


def test_ones_own_claims_are_asked_in_place_of_the_projects(tmp_path: Path) -> None:
    _, called = run("Ask", tmp_path, CONTEXT="kind-x", ARGUMENTS="", SUITES="test_shop.py")
    assert called == [f"pytest --skeptic-context=kind-x --skeptic-reports={tmp_path}/reports test_shop.py"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--alluredir=out/allure --junitxml=out/test_x.xml", ["--alluredir=out/allure", "--junitxml=out/test_x.xml"]),
        ('-k "service and not crash"', ["-k", "service and not crash"]),
        ("-k '$(touch here)' *", ["-k", "$(touch here)", "*"]),
        ("-m quick\n-v", ["-m", "quick", "-v"]),
    ],
)
def test_arguments_are_words_and_leave_the_projects_claims_to_be_asked(
    tmp_path: Path, arguments: str, words: list[str]
) -> None:
    done, called = run("Ask", tmp_path, CONTEXT="", ARGUMENTS=arguments, SUITES="")
    assert done.returncode == 0, done.stderr
    assert called == [f"pytest --skeptic-reports={tmp_path}/reports --pyargs kubeskeptic.suites {' '.join(words)}"]
    asked = run("Ask", tmp_path, CONTEXT="", ARGUMENTS=arguments, SUITES="", COUNT="yes")[1][-1]
    assert asked == f"{len(words) + 3} words"
    assert not (tmp_path / "here").exists()


def test_arguments_with_a_quote_that_does_not_end_ask_nothing(tmp_path: Path) -> None:
    done, called = run("Ask", tmp_path, CONTEXT="", ARGUMENTS="-k 'service", SUITES="")
    assert (done.returncode, called) == (1, [])


def test_a_baseline_that_is_not_met_fails_after_it_was_told(tmp_path: Path) -> None:
    done, _ = run("Baseline", tmp_path, BASELINE="b.yaml", STATUS="1")
    assert done.returncode == 1
    assert (tmp_path / "github_step_summary").read_text() == "said\n"


def test_the_summary_says_when_there_is_none(tmp_path: Path) -> None:
    run("Summary", tmp_path)
    assert "No run came to a report" in (tmp_path / "github_step_summary").read_text()


def test_clean_up_takes_down_only_what_was_made(tmp_path: Path) -> None:
    assert run("Clean up", tmp_path, CONTEXT="", WAS="")[1] == ["skeptic down"]


@pytest.mark.parametrize(
    ("was", "last"),
    [
        ("none", ["skeptic abandon --context kind-x"]),
        ("node", ["skeptic adopt --context kind-x --risk node"]),
        ("", []),
    ],
)
def test_clean_up_leaves_what_the_owner_of_a_cluster_had_allowed(tmp_path: Path, was: str, last: list[str]) -> None:
    called = run("Clean up", tmp_path, CONTEXT="kind-x", WAS=was)[1]
    assert called == ["skeptic cleanup --context kind-x", *last]
