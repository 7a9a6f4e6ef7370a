"""The processes of attempts: their output, and their end."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kubeskeptic.durations import COMMAND
from kubeskeptic.proving.performing import Processes
from kubeskeptic.waiting import NotYet, until

UNDOES = """
import signal, sys, time
def end(*_):
    print("undone", flush=True)
    sys.exit(2)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


def test_output_goes_to_a_file_that_is_written_anew(tmp_path: Path) -> None:
    output = tmp_path / "pytest.log"
    output.write_text("of the last attempt")
    command = [sys.executable, "-c", "import sys; print(1); sys.stderr.write('2'); sys.exit(3)"]
    assert Processes().run(command, output) == 3
    assert sorted(output.read_text()) == ["\n", "1", "2"]


def test_what_runs_is_told_to_end_and_nothing_is_started_any_more(tmp_path: Path) -> None:
    processes, raised = Processes(), []

    def perform(output: Path) -> None:
        try:
            processes.run([sys.executable, "-c", UNDOES], output)
        except KeyboardInterrupt as error:
            raised.append(error)

    outputs = [tmp_path / name for name in ("a", "b")]
    threads = [threading.Thread(target=perform, args=(output,)) for output in outputs]
    for thread in threads:
        thread.start()
    for output in outputs:
        until(lambda o=output: (o.exists() and "ready" in o.read_text()) or NotYet("no"), COMMAND, what="it to begin")  # type: ignore[misc]
    processes.stop()
    for thread in threads:
        thread.join(COMMAND.seconds)
    assert [output.read_text() for output in outputs] == ["ready\nundone\n"] * 2
    assert len(raised) == 2
    with pytest.raises(KeyboardInterrupt):
        processes.run([sys.executable, "-c", "print('begun')"], tmp_path / "c")
    assert (tmp_path / "c").read_text() == ""


@pytest.mark.parametrize(("told", "terminated"), [("SIGTERM: undoing", 1), ("SIGINT: undoing", 0), ("", 0)])
def test_the_only_process_is_waited_for_after_an_interrupt(
    told: str, terminated: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Process:
        def __init__(self, *_: object, **__: object) -> None:
            """It runs until it is waited for a second time."""

        def wait(self) -> None:
            seen.append("wait")
            if seen.count("wait") == 1:
                raise KeyboardInterrupt(told)

        def terminate(self) -> None:
            seen.append("terminate")

    monkeypatch.setattr(subprocess, "Popen", Process)
    with pytest.raises(KeyboardInterrupt):
        Processes().run(["pytest"])
    assert seen == ["wait", *["terminate"] * terminated, "wait"]
