from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.steps import Progress
from kubeskeptic.display import Display
from kubeskeptic.durations import Patience
from kubeskeptic.errors import CommandFailed, MissingRequirement


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def progress(said: list[str], tmp_path: Path) -> Progress:
    return Progress(said.append, tmp_path / "logs", clock=iter(range(0, 1000, 10)).__next__)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_time_left_is_that_of_what_is_planned_and_not_done(progress: Progress, said: list[str]) -> None:
    progress.expect("oven", 60)
    progress.expect("bread", 300)
    with progress.step("oven", 60):
        pass
    assert said == ["oven … about 60 s, 6 min left in all", "oven: done in 10 s"]
    progress.forget("bread")
    assert progress.left == 0


def test_the_status_tells_what_runs_how_long_and_what_is_left(tmp_path: Path) -> None:
    now = [0.0]
    display = Display(io.StringIO())
    progress = Progress(display, tmp_path, clock=lambda: now[0])
    progress.expect("bread", 300)
    assert progress.status() == ""
    with progress.step("oven", 60), progress.step("dough", 100):
        now[0] = 40
        assert progress.status() == "oven: 40 s of about 60 s, dough: 40 s of about 2 min; 6 min left in all"
        now[0] = 80
        assert progress.status() == "oven: 80 s of usually 60 s, dough: 80 s of about 2 min; 5 min left in all"
        assert display.status == progress.status
        progress.forget("bread")
        now[0] = 200
        assert progress.status() == "oven: 3 min of usually 60 s, dough: 3 min of usually 2 min"
    assert progress.status() == ""


def test_a_step_that_failed_runs_no_more(progress: Progress) -> None:
    with pytest.raises(MissingRequirement), progress.step("bread", 1):
        raise MissingRequirement("x")
    assert (progress.status(), progress.left) == ("", 0)


def test_a_failure_says_where_its_whole_log_is(progress: Progress, tmp_path: Path) -> None:
    told = r"bread v1: .*status 3: burnt\nThe complete log is .*bread-v1\.log"
    with pytest.raises(CommandFailed, match=told), progress.step("bread v1", 1) as step:
        step.run(python("print('burnt'); raise SystemExit(3)"))
    log = (tmp_path / "logs/bread-v1.log").read_text()
    assert log.startswith("$ ")
    assert log.endswith("burnt\n")


def test_a_full_disk_is_named(progress: Progress) -> None:
    with pytest.raises(MissingRequirement, match="the disk is full"), progress.step("bread", 1) as step:
        step.run(python("import sys; sys.exit('write /x: no space left on device')"))


def test_a_full_disk_met_by_ourselves_is_named(progress: Progress) -> None:
    with pytest.raises(MissingRequirement, match="the disk is full"), progress.step("bread", 1):
        raise OSError(28, "No space left on device")


def test_only_the_failed_commands_words_are_judged(progress: Progress) -> None:
    with progress.step("bread", 1) as step:
        step.run(python("print('no space left on device')"))
        with pytest.raises(CommandFailed):
            step.run(python("raise SystemExit(1)"))


def test_a_command_that_does_not_end_is_ended(progress: Progress) -> None:
    with pytest.raises(CommandFailed, match="did not end in time"), progress.step("bread", 1) as step:
        step.run(python("import threading; threading.Event().wait()"), patience=Patience(0.2))


def test_a_missing_command_is_named(progress: Progress) -> None:
    with pytest.raises(MissingRequirement, match="has no command `bakery-x`"), progress.step("bread", 1) as step:
        step.run(["bakery-x"])


@pytest.mark.parametrize(
    ("command", "words", "lacking"),
    [
        ("apt-get update", "E: Unable to fetch: Could not connect to mirror:80", "package mirror does not answer"),
        ("go build", "go: example.org/x@v1: dial tcp: lookup proxy: no such host", "Go module proxy does not answer"),
        ("/x/go build", "go: m@v1: dial tcp 127.0.0.1:9: connect: connection refused", "proxy does not answer"),
        ("go build", "go: k8s.io/kubernetes@v1.37.99: unknown revision v1.37.99", "does not have this version"),
        ("go build", "go: go.mod requires go >= 1.26.0 (running go 1.22)", "Go tool chain is too old"),
        ("go build", "compile: signal: killed", "memory ran out"),
        ("dockerd", "iptables: can't initialize iptables table `nat'", "kernel lacks netfilter"),
        ("", "failed to create fsnotify watcher: too many open files", "inotify"),
    ],
)
def test_known_symptoms_say_what_to_do(command: str, words: str, lacking: str) -> None:
    advice = missing_in(f"before\n{words}\nafter", command)
    assert advice is not None
    assert lacking in advice
    assert "again" in advice or "use a kernel" in advice
    assert words in advice


def test_the_same_words_of_another_program_mean_something_else() -> None:
    assert (
        missing_in("could not bootstrap: dial tcp 172.17.0.9:6443: connection refused", "kind create cluster") is None
    )


def test_unknown_words_are_no_diagnosis() -> None:
    assert missing_in("something else went wrong") is None
