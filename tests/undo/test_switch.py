from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import CommandFailed
from kubeskeptic.process import ProcessId
from kubeskeptic.switches.control import Switch
from kubeskeptic.switches.process import fire
from kubeskeptic.waiting import NotYet, until

SOON = Patience(10)


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def an_order(runner: int, said: Path, deadline: float) -> dict[str, Any]:
    command = [sys.executable, "-c", f"open({str(said)!r}, 'a').write('undone ')"]
    return {"label": "x", "deadline": deadline, "runner": ProcessId.of(runner), "commands": [command]}


def fired(file: Path) -> None:
    process = Switch(file).process

    def ended() -> bool | NotYet:
        return True if not (process and process.alive) and not file.exists() else NotYet("waits")

    until(ended, SOON, what="the switch to fire", period=0.02)


def test_it_fires_when_the_run_dies(tmp_path: Path, runner: subprocess.Popen[bytes]) -> None:
    file, said = tmp_path / "s.json", tmp_path / "said"
    Switch(file).start(an_order(runner.pid, said, 60))
    assert not said.exists()
    runner.kill()
    runner.wait()
    fired(file)
    assert said.read_text() == "undone "
    assert "the run died" in file.with_suffix(".log").read_text()
    assert sorted(path.suffix for path in tmp_path.glob("s.*")) == [".log"]


def test_it_fires_at_the_deadline(tmp_path: Path) -> None:
    file, said = tmp_path / "s.json", tmp_path / "said"
    Switch(file).start(an_order(os.getpid(), said, 0.1))
    fired(file)
    assert said.read_text() == "undone "
    assert "the deadline passed" in file.with_suffix(".log").read_text()


def test_disarmed_it_does_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    file, said = tmp_path / "s.json", tmp_path / "said"
    Switch(file).start(an_order(os.getpid(), said, 60))
    process = Switch(file).process
    assert process
    assert Switch(file).disarm()
    until(lambda: NotYet("alive") if process.alive else True, SOON, what="its end", period=0.02)
    assert not said.exists()
    assert list(tmp_path.iterdir()) == []
    assert not Switch(file).disarm()


def test_killing_the_runners_process_group_does_not_reach_it(tmp_path: Path) -> None:
    file, said = tmp_path / "s.json", tmp_path / "said"
    order = an_order(0, said, 60)
    program = (
        "import json; from pathlib import Path; from kubeskeptic.process import ProcessId; "
        "from kubeskeptic.switches.control import Switch; "
        f"order = json.loads({json.dumps(json.dumps(order))}); order['runner'] = ProcessId.own(); "
        f"Switch(Path({str(file)!r})).start(order); print('armed', flush=True); input()"
    )
    group = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert group.stdout
    assert group.stdout.readline() == b"armed\n"
    os.killpg(group.pid, signal.SIGKILL)
    group.communicate()
    fired(file)
    assert said.read_text() == "undone "


def test_one_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed):
        Switch(tmp_path / "s.json").start(
            {}, {"PATH": os.environ["PATH"], "PYTHONPATH": "/nowhere", "PYTHONHOME": "/no"}
        )
    assert list(tmp_path.glob("*.json")) == []


def test_the_file_of_an_earlier_version_names_no_process(tmp_path: Path) -> None:
    switch = Switch(tmp_path / "s.firing")
    switch.file.write_text(json.dumps({"label": "x", "runner": [os.getpid(), 4711]}))
    switch.file.with_suffix(".pid").write_text(f"{os.getpid()} 4711\n")
    assert switch.process is None
    switch.wait_for_undo()  # waits for no process, and takes none for the run that made it


def test_it_undoes_though_its_log_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, said = tmp_path / "s.json", tmp_path / "said"
    file.touch()
    file.with_suffix(".log").mkdir()  # whatever is written to it raises an OSError
    assert fire(file, an_order(os.getpid(), said, 60), "the run died")
    assert said.read_text() == "undone "
    assert "could not be written" in capsys.readouterr().err
