"""When the last fault of a dead run is undone, its way into nodes goes, too."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.undo import arming
from kubeskeptic.undo.replay import let_go


class Hands:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path))
    arming.folder("c").mkdir(parents=True)
    return SimpleNamespace(cluster=SimpleNamespace(name="c"), run="r1", reach=Hands())


def a_switch(name: str) -> Path:
    file = arming.folder("c") / name
    file.touch()
    return file


def test_the_last_one_takes_the_hands_away(site: Any) -> None:
    file = a_switch("r1-stop_kubelet-1.firing")
    let_go(site, file)
    assert site.reach.closed
    assert list(arming.folder("c").iterdir()) == []


@pytest.mark.parametrize("suffix", ["json", "firing", "failed"])
def test_while_another_fault_of_the_run_is_not_undone_they_stay(site: Any, suffix: str) -> None:
    a_switch(f"r1-cut_off_node-2.{suffix}")
    file = a_switch("r1-stop_kubelet-1.firing")
    let_go(site, file)
    assert not site.reach.closed
    assert not file.exists()


def test_another_run_has_hands_of_its_own(site: Any) -> None:
    a_switch("r10-stop_kubelet-1.json")
    let_go(site, a_switch("r1-stop_kubelet-1.firing"))
    assert site.reach.closed
