"""The command lines that undo in a node, run here with commands that note that they were called, and fail when told to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.components import eviction, flush_service_rules, kube_proxy
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.faults.runtime import signal, signal_command

Node = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Runs a command line; commands that are given end with that status and those words. Its status, and what was called."""
    log = tmp_path / "log"

    def run(argv: Sequence[str], **commands: tuple[int, str]) -> tuple[int, list[str]]:
        log.write_text("")
        for name, (status, words) in commands.items():
            file = tmp_path / name.replace("_", "-")
            file.write_text(f"#!/bin/sh\necho {file.name} >> {log}\necho '{words}' >&2\nexit {status}\n")
            file.chmod(0o700)
        path = f"{tmp_path}:{os.environ['PATH']}"
        done = subprocess.run(argv, env={"PATH": path}, capture_output=True, check=False)
        return done.returncode, log.read_text().split()

    return run


def back(kept: Path) -> list[str]:
    """What lets kube-proxy go on after its rules were put back, with a file of ours for the rules."""
    return [str(kept) if word == kube_proxy.BACKUP else word for word in flush_service_rules.RESTORE]


@pytest.mark.parametrize(("restored", "continued", "status"), [(0, 0, 0), (0, 1, 0), (2, 0, 2), (2, 1, 2), (0, 3, 1)])
def test_rules_that_were_not_put_back_are_a_failure_and_are_kept(
    node: Node, tmp_path: Path, restored: int, continued: int, status: int
) -> None:
    kept = tmp_path / "rules"
    kept.write_text("*nat\nCOMMIT\n")
    ended = node(back(kept), iptables_restore=(restored, ""), pkill=(continued, ""))
    assert ended == (status, ["iptables-restore", "pkill"])
    assert kept.exists() == (restored != 0)


def test_without_rules_to_put_back_kube_proxy_goes_on(node: Node, tmp_path: Path) -> None:
    assert node(back(tmp_path / "none"), pkill=(0, "")) == (0, ["pkill"])


def restore(folder: Path, then: str) -> list[str]:
    """The command line, with files of ours in the place of the node's."""
    argv = file_backup.restore("/etc/x", then)
    return [*argv[:4], str(folder / "kept"), str(folder / "x"), str(folder / "new")]


def test_what_was_put_aside_is_kept_until_its_reader_was_started_again(node: Node, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    (tmp_path / "x").write_text("changed")
    argv = restore(tmp_path, "systemctl restart kubelet")
    for status, there in ((5, True), (0, False)):
        assert node(argv, systemctl=(status, "")) == (status, ["systemctl"])
        assert (tmp_path / "x").read_text() == "before"
        assert (tmp_path / "kept").exists() == there
    assert node(argv, systemctl=(0, "")) == (0, [])


@pytest.mark.parametrize(("status", "there"), [(0, False), (1, True)])
def test_a_configuration_is_kept_until_the_pins_are_off_the_images(
    node: Node, tmp_path: Path, status: int, there: bool
) -> None:
    (tmp_path / "kept").write_text("before")
    (tmp_path / "x").write_text("changed")
    argv = [*eviction.RESTORE[:4], *restore(tmp_path, "")[4:]]
    ctr = 'case "$*" in *" ls "*) echo one; exit ;; esac; exit'
    assert unpinned(node, tmp_path, argv, f"{ctr} {status}") == (status, ["systemctl"])
    assert (tmp_path / "kept").exists() == there


def unpinned(node: Node, folder: Path, argv: list[str], script: str) -> tuple[int, list[str]]:
    """Run a command line with a ctr of this script."""
    (folder / "ctr").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "ctr").chmod(0o700)
    return node(argv, systemctl=(0, ""))


@pytest.mark.parametrize(
    ("running", "called"),
    [(0, ["pgrep", "pgrep"]), (1, [*["pgrep", "sleep"] * 2 * manifest.ETCD_RESTARTS, "pgrep", "pkill"])],
    ids=["etcd starts", "the kubelet waits for the API server, which waits for etcd"],
)
def test_an_api_server_that_keeps_the_kubelet_from_starting_etcd_is_ended(
    node: Node, tmp_path: Path, running: int, called: list[str]
) -> None:
    (tmp_path / "kept").write_text("before")
    argv = manifest.restore("etcd")
    argv = (*argv[:4], *restore(tmp_path, "")[4:])
    assert node(argv, pgrep=(running, ""), pkill=(0, ""), sleep=(0, "")) == (0, called)
    assert not (tmp_path / "kept").exists()
    assert node(argv, pgrep=(running, ""), pkill=(0, ""), sleep=(0, "")) == (0, []), "nothing was put aside"


def test_without_anything_to_do_afterwards_it_is_put_back_and_forgotten(node: Node, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    assert node(restore(tmp_path, "")) == (0, [])
    assert [path.name for path in tmp_path.iterdir() if path.name != "log"] == ["x"]


SAID = [
    (0, "", 0),
    (1, 'ctr: container "abc" in namespace "k8s.io": not found', 0),
    (1, "ctr: process already finished: not found", 0),
    (1, "ctr: failed to dial containerd: connection refused", 1),
    (127, "sh: 1: ctr: not found", 127),
]


@pytest.mark.parametrize(("status", "words", "ends"), SAID)
def test_only_a_container_that_is_gone_needs_no_signal(node: Node, status: int, words: str, ends: int) -> None:
    assert node(signal_command("abc", "SIGCONT"), ctr=(status, words)) == (ends, ["ctr"])
    assert _tried(status, words) == (ends == 0)


def _tried(status: int, words: str) -> bool:
    """The same by the process that undoes it from outside."""

    def in_node(*_: Any) -> str:
        if status:
            raise CommandFailed("ctr", status, words)
        return ""

    site: Any = SimpleNamespace(in_node=in_node)
    try:
        signal(site, "n1", "abc", "SIGCONT")
    except CommandFailed:
        return False
    return True
