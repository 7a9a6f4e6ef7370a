"""Detects when this machine as a whole stood still, so that a hole in what all agents asked can be explained.

The nodes of a kind cluster are containers of the harness's machine. When that is a virtual machine which its host does not run
for a tenth of a second, all agents miss the same questions, and nothing tells this from an event that all clients felt, but for
a witness that is no part of the cluster. Where all of the machine's processors stood still, nothing was there to be asked.
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
"""The same text in every container of one kernel, and another after each of its starts (random(4))."""


def on_this_machine(nodes: Iterable[Object], kernel: Path = KERNEL) -> list[str]:
    """Return the names of those nodes that run on the same kernel as this process, in order; none where that is not Linux.

    :param nodes: Node objects
    """
    try:
        this = kernel.read_text().strip()
    except OSError:
        return []
    return sorted(
        str(node["metadata"]["name"])
        for node in nodes
        if this and node.get("status", {}).get("nodeInfo", {}).get("bootID") == this
    )


@contextlib.contextmanager
def witnessed(journal: Journal, nodes: list[str]) -> Iterator[int]:
    """Write into the journal when processors of this machine stand still, as ``pause``; yield the process that watches them.

    :param nodes: those that run on this machine; 0 is yielded and nothing watched when there are none
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
        watching.stdin.close()  # which tells it to end
        try:
            watching.wait(PULL_ANSWER)
        except subprocess.TimeoutExpired:
            watching.kill()
            watching.wait()
        reader.join(PULL_ANSWER)
        watching.stdout.close()


def _write(lines: IO[bytes], journal: Journal, nodes: list[str]) -> None:
    with contextlib.suppress(OSError, ValueError):  # a full disk is said by others; the journal may be closed
        for line in lines:
            journal.write("pause", **json.loads(line), nodes=nodes)
