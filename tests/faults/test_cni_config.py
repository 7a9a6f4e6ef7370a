"""The command lines that rename a node's CNI configuration, run here in a folder of ours; and when it counts as healed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import CommandFailed, MissingRequirement
from kubeskeptic.faults.network.remove_cni_config import FOLDER, RemoveCniConfig, misses_network, restore
from kubeskeptic.waiting import NotYet

MISSING = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:none"


class Node:
    """A node whose configuration is in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.message, self.run = folder, "", "r1"

    def in_node(self, node: str, *argv: str, stdin: str | None = None) -> str:
        words = [word.replace(f"/proc/1/root{FOLDER}", str(self.folder)) for word in argv]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandFailed(words[0], done.returncode, done.stderr)
        return done.stdout

    @property
    def kube(self) -> Any:
        status = "False" if self.message else "True"
        ready = {"type": "Ready", "status": status, "message": self.message}
        return SimpleNamespace(get=lambda *_: {"metadata": {"name": "n1"}, "status": {"conditions": [ready]}})

    def names(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Any:
    for name in ("10-one.conflist", "20-two.conf", "notes.txt"):
        (tmp_path / name).write_text(name)
    return Node(tmp_path)


def test_all_that_a_runtime_reads_is_renamed_and_renamed_back(site: Any) -> None:
    fault, before = RemoveCniConfig("n1"), site.names()
    plan = fault.plan(site)
    assert isinstance(fault.bite(site, plan), NotYet)
    for _ in range(2):
        fault.apply(site, plan)
        assert site.names() == ["10-one.conflist.r1.kubeskeptic", "20-two.conf.r1.kubeskeptic", "notes.txt"]
        assert not isinstance(fault.bite(site, plan), NotYet)
    for _ in range(2):
        fault.undo(site, plan.record)
        assert site.names() == before
    assert (site.folder / "20-two.conf").read_text() == "20-two.conf"


def test_what_was_renamed_in_part_is_renamed_back(site: Any) -> None:
    record = RemoveCniConfig("n1").plan(site).record
    (site.folder / "20-two.conf").rename(site.folder / "20-two.conf.r1.kubeskeptic")
    (site.folder / "20-two.conf").write_text("written anew by the plugin")
    site.in_node("n1", *restore(record))
    assert (site.folder / "20-two.conf").read_text() == "20-two.conf"


def test_it_has_healed_once_the_kubelet_has_looked_again(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    record = RemoveCniConfig("n1").plan(site).record
    module = "kubeskeptic.faults.network.remove_cni_config.RUNTIME_LOOKS"
    monkeypatch.setattr(module, 3600.0)
    assert "may not have asked" in str(RemoveCniConfig.heal(site, record))
    monkeypatch.setattr(module, -3600.0)
    site.message = MISSING
    assert "network is missing" in str(RemoveCniConfig.heal(site, record))
    site.message = "Kubelet stopped posting node status."  # which another fault has done
    assert not isinstance(RemoveCniConfig.heal(site, record), NotYet)
    (site.folder / "20-two.conf").write_text("changed")
    assert isinstance(RemoveCniConfig.heal(site, record), NotYet)
    (site.folder / "20-two.conf").unlink()
    with pytest.raises(CommandFailed):
        RemoveCniConfig.heal(site, record)


def test_a_node_without_configuration_cannot_lose_it(site: Any) -> None:
    for name in ("10-one.conflist", "20-two.conf"):
        (site.folder / name).unlink()
    with pytest.raises(MissingRequirement, match="no CNI configuration"):
        RemoveCniConfig("n1").plan(site)


def test_a_node_without_conditions_misses_nothing() -> None:
    assert not misses_network({"metadata": {"name": "n1"}})
    assert misses_network({"status": {"conditions": [{"type": "Ready", "status": "False", "message": MISSING}]}})
