"""Detects when this machine as a whole stood still, to explain questions that all agents missed at the same time.

The nodes of a kind cluster are containers on the harness's machine. When that is a virtual machine that its host does not run
for a tenth of a second, all agents miss the same questions. Only a witness outside the cluster can tell this from an event that
affected all clients. While all of the machine's processors stood still, there was nothing to observe.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from kubeskeptic.durations import PULL_ANSWER
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Object
from kubeskeptic.outside import processors

KERNEL = Path("/proc/sys/kernel/random/boot_id")
"""The same text in every container on one kernel, and a different one after each boot (random(4))."""


def on_this_machine(nodes: Iterable[Object], kernel: Path = KERNEL) -> list[str]:
    """Return the sorted names of the nodes that run on the same kernel as this process; empty where that is not Linux.

    :param nodes: Node objects
    """
    try:
        this = kernel.read_text(encoding="utf-8").strip()
    except OSError:
        return []
    return sorted(
        str(node["metadata"]["name"])
        for node in nodes
        if this and node.get("status", {}).get("nodeInfo", {}).get("bootID") == this
    )


@contextlib.contextmanager
def witnessed(journal: Journal, nodes: list[str]) -> Iterator[int]:
    """Write a ``pause`` to the journal whenever a processor of this machine stands still; yield the id of the watching process.

    :param nodes: the nodes on this machine; when there are none, nothing is watched and 0 is yielded
    :raises OSError: when the process cannot be started
    """
    if not nodes:
        yield 0
        return
    watching = subprocess.Popen(
        (sys.executable, "-I", "-S", processors.__file__),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert watching.stdin
    assert watching.stdout
    reader = threading.Thread(target=_write, args=(watching.stdout, journal, nodes), name="standstills", daemon=True)
    reader.start()
    try:
        yield watching.pid
    finally:
        watching.stdin.close()  # makes the process end
        try:
            watching.wait(PULL_ANSWER)
        except subprocess.TimeoutExpired:
            watching.kill()
            watching.wait()
        reader.join(PULL_ANSWER)
        watching.stdout.close()


def _write(lines: IO[bytes], journal: Journal, nodes: list[str]) -> None:
    with contextlib.suppress(OSError, ValueError):  # a full disk is reported elsewhere; the journal may be closed
        for line in lines:
            journal.write("pause", **json.loads(line), nodes=nodes)
