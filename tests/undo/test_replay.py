"""When the last fault of a dead run is undone, its way into nodes goes, too."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.faults import Site
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import lease
from kubeskeptic.journal.open_faults import OpenFault, opened
from kubeskeptic.process import ProcessId
from kubeskeptic.switches import control
from kubeskeptic.undo.replay import release_run, undo_from_record
from tests.faults.world import WORLD, Break, FullDisk, a_site, phases

RUNNER = ProcessId(4_194_305, 7.0)


class Hands:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path))
    control.folder("c").mkdir(parents=True)
    monkeypatch.setattr(lease, "forget", lambda kube, runner: kube.append(runner))
    return SimpleNamespace(cluster=SimpleNamespace(name="c"), run="r1", access=Hands(), kube=[])


def a_switch(name: str) -> Path:
    file = control.folder("c") / name
    file.touch()
    return file


def test_the_last_one_takes_the_hands_away(site: Any) -> None:
    file = a_switch("r1-stop_kubelet-1.firing")
    release_run(site, file, RUNNER)
    assert site.access.closed
    assert site.kube == [RUNNER], "the lease of the dead process goes with it"
    assert list(control.folder("c").iterdir()) == []


@pytest.mark.parametrize("suffix", ["json", "firing", "failed"])
def test_while_another_fault_of_the_run_is_not_undone_they_stay(site: Any, suffix: str) -> None:
    a_switch(f"r1-cut_off_node-2.{suffix}")
    file = a_switch("r1-stop_kubelet-1.firing")
    release_run(site, file, RUNNER)
    assert not site.access.closed
    assert site.kube == []
    assert not file.exists()


def test_another_run_has_hands_of_its_own(site: Any) -> None:
    a_switch("r10-stop_kubelet-1.json")
    release_run(site, a_switch("r1-stop_kubelet-1.firing"), RUNNER)
    assert site.access.closed


BROKEN = OpenFault("break-1", "break", "r1", ("thing/cup",), {"thing": "cup", "undoable": True}, "bit", "mend", "uid-1")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setitem(FAULTS, "break", Break)
    monkeypatch.setattr(Break, "patience", Patience(0.01))
    WORLD["cup"] = "broken"
    with a_site(tmp_path) as made:
        yield made


def test_what_is_put_back_is_in_the_journal(broken: Site, tmp_path: Path) -> None:
    assert undo_from_record(broken, BROKEN, "cleanup") == "whole again"
    assert phases(tmp_path) == ["undoing", "undone", "healed", "disarmed", "done"]


@pytest.mark.parametrize("phase", ["undoing", "undone", "done"])
def test_it_is_put_back_though_the_journal_s_disk_is_full(
    broken: Site, phase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken.journal = FullDisk(broken.journal, phase)  # type: ignore[assignment]
    assert undo_from_record(broken, BROKEN, "switch") == "whole again"
    assert WORLD["cup"] == "whole"
    assert f"“{phase}” of break-1 could not be written" in capsys.readouterr().err


def test_a_record_that_is_nonsense_is_told_as_failed(broken: Site, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        undo_from_record(broken, replace(BROKEN, undo={}), "cleanup")
    assert phases(tmp_path) == ["undoing", "failed"]


def test_a_journal_that_cannot_be_opened_forgets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(tmp_path) as journal:  # a folder: opening it for writing raises an OSError
        BROKEN.mark(journal, "undoing")
    assert "could not be written" in capsys.readouterr().err
