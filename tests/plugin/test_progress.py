"""What is shown while the suites run."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.plugin.progress import SuiteProgress, seconds_of_last_run

SUITE = """
import pytest
from kubeskeptic.scenarios.declaration import Scenario

pods = Scenario("services/{name}", "says")

@pytest.fixture(scope="module")
def recording():
    print("performing")
    import os, time
    while not os.path.exists("go-{name}"):
        time.sleep(0.05)

@pytest.mark.claim("service.stable")
def test_one(recording):
    pass

@pytest.mark.claim("heal.crash")
def test_two(recording):
    pass
"""


def item(name: str, scenario: str, case: bool = True) -> Any:
    marker = SimpleNamespace(args=("service.stable",), kwargs={}) if case else None
    return SimpleNamespace(nodeid=name, scenario=scenario, get_closest_marker=lambda _: marker, module=None)


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def progress(now: list[float], monkeypatch: pytest.MonkeyPatch) -> SuiteProgress:
    monkeypatch.setattr("kubeskeptic.plugin.progress._scenario_id", lambda one: one.scenario)
    items = [item("a1", "a"), item("a2", "a"), item("b1", "b"), item("c1", "c"), item("x", "", case=False)]
    reporter: Any = SimpleNamespace(currentfspath=None)
    return SuiteProgress(items, {"a": 100, "b": 200, "c": 60}, io.StringIO(), reporter, clock=lambda: now[0])


def performing(progress: SuiteProgress, nodeid: str) -> Any:
    hook = progress.pytest_runtest_setup(item(nodeid, ""))
    next(hook)
    return hook


def test_cases_are_counted_and_time_left_is_that_of_the_last_run(progress: SuiteProgress, now: list[float]) -> None:
    first = performing(progress, "a1")
    assert progress.status() == "0 of 4 cases, 6 min left: a"
    now[0] = 30
    assert progress.status() == "0 of 4 cases, 6 min left: a"
    first.close()
    for done in ("a1", "a2", "x"):
        progress.pytest_runtest_logfinish(done)
    now[0] = 100
    second = performing(progress, "b1")
    now[0] = 200
    assert progress.status() == "2 of 4 cases, 3 min left: b"
    now[0] = 400
    assert progress.status() == "2 of 4 cases: b"
    second.close()


def test_without_a_time_for_each_there_is_no_time_left(progress: SuiteProgress) -> None:
    progress._took.pop("c")
    first = performing(progress, "a1")
    assert progress.status() == "0 of 4 cases: a"
    first.close()


def test_the_times_are_those_of_the_last_run(tmp_path: Path) -> None:
    assert seconds_of_last_run(tmp_path) == {}
    (tmp_path / "latest").mkdir()
    result = tmp_path / "latest/result.json"
    result.write_text(json.dumps({"scenarios": [{"id": "a", "seconds": 9.5}, {"id": "b", "seconds": None}]}))
    assert seconds_of_last_run(tmp_path) == {"a": 9.5}
    result.write_text("{")
    assert seconds_of_last_run(tmp_path) == {}


def test_a_heartbeat_comes_on_a_line_of_its_own(pytester: pytest.Pytester) -> None:
    for name in ("pods", "nodes"):
        pytester.makepyfile(**{f"test_{name}": SUITE.format(name=name)})
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    pytester.makeconftest(
        """
import kubeskeptic.terminal as terminal
terminal.HEARTBEAT, terminal.HEARTBEAT_LOOK = 0.2, 0.05
"""
    )
    (pytester.path / "reports/latest").mkdir(parents=True)
    times = [{"id": "services/nodes", "seconds": 120}, {"id": "services/pods", "seconds": 60}]
    (pytester.path / "reports/latest/result.json").write_text(json.dumps({"scenarios": times}))
    command = [sys.executable, "-m", "pytest", "-p", "kubeskeptic.plugin", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    lines: list[str] = []
    with subprocess.Popen(command, cwd=pytester.path, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.decode("latin-1").rstrip())
            if lines[-1] == "0 of 4 cases, 3 min left: services/nodes":
                (pytester.path / "go-nodes").touch()
            if lines[-1] == "2 of 4 cases, 60 s left: services/pods":
                (pytester.path / "go-pods").touch()
    assert "performing" not in "".join(lines).partition("short test summary")[0].partition("= FAILURES")[0]
    assert not any("Traceback" in line or "UnicodeEncodeError" in line for line in lines)
    assert any(line.startswith("test_pods.py") for line in lines)
