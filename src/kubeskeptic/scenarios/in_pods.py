"""Small programs that run inside a scenario's pods, on the Python of the workload's image.

They read and write files, bind ports, send requests to localhost, and keep connections open during a change to the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kubeskeptic.durations import Patience
from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.scenarios.truth_table import Door

ABSENT = "absent"
"""What :func:`content` returns for a file that does not exist."""

_WRITE = """
import os, pathlib, sys
path = pathlib.Path(sys.argv[1])
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(sys.argv[2])
os.sync()
"""
_READ = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
print(path.read_text() if path.exists() else "absent")
"""
_BIND = """
import errno, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family, socket.SOCK_STREAM) as server:
    try:
        server.bind((sys.argv[1], int(sys.argv[2])))
        print("bound")
    except OSError as error:
        print(errno.errorcode.get(error.errno, error.errno))
"""
_ASK = """
import json, sys, urllib.request
try:
    print(json.load(urllib.request.urlopen("http://localhost:" + sys.argv[1], timeout=3))["pod"])
except OSError as error:
    print(getattr(error, "reason", error))
"""


def pod_with(stage: Stage, app: str, container: str = "") -> dict[str, Any]:
    """Return a Ready pod of an app with a container of this name; any Ready pod of the app when the name is empty.

    :raises Inconclusive: when there is none
    """
    for pod in stage.pods(app):
        if not container or container in [one["name"] for one in pod["spec"]["containers"]]:
            return pod
    raise Inconclusive(f"no Ready pod of {app} has a container {container}")


def write(stage: Stage, app: str, path: str, text: str, container: str = "") -> None:
    """Write a file in a container of an app, and flush it to disk."""
    _run(stage, app, container, _WRITE, path, text)


def content(stage: Stage, app: str, path: str, container: str = "") -> str:
    """Return the text of a file in a container of an app; :data:`ABSENT` when the file does not exist."""
    return _run(stage, app, container, _READ, path)


def bind(stage: Stage, app: str, address: str, port: int, container: str = "") -> str:
    """Bind a TCP port in a container, and return ``bound`` or the name of the error, such as ``EADDRINUSE``.

    :param address: an address of the container; any other fails with ``EADDRNOTAVAIL``
    :param port: 0 for any free port
    """
    return _run(stage, app, container, _BIND, address, str(port))


def answer_on_localhost(stage: Stage, app: str, port: int, container: str = "") -> str:
    """Return the POD_NAME of the workload that answers a container on localhost, or the error when none does."""
    return _run(stage, app, container, _ASK, str(port))


def _run(stage: Stage, app: str, container: str, program: str, *arguments: str) -> str:
    pod = pod_with(stage, app, container)["metadata"]["name"]
    return stage.run_in(pod, "python3", "-S", "-E", "-c", program, *arguments, container=container).strip()


GOES_ON, CUT = "goes on", "cut"
"""The state of a connection: it answers, or it ended with an error or without an answer and is not opened again."""
ASKED = Patience(20)
"""Time for one request on every connection, even if every earlier request waits until its timeout."""

_PHASE, _SEEN = "/tmp/open-connections/phase", "/tmp/open-connections/seen"  # noqa: S108  # in a pod of ours
_HOLD = """
import http.client, json, pathlib, sys, time
phase, seen, end = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), time.monotonic() + 120
kept, table = {}, {}
for name, host, port in json.loads(sys.argv[3]):
    kept[name] = http.client.HTTPConnection(host, port, timeout=3)
    kept[name].connect()
    kept[name].auto_open = 0
while (now := phase.read_text()) != "end" and time.monotonic() < end:
    for name, connection in kept.items():
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            said = "goes on"
        except (OSError, http.client.HTTPException):
            connection.close()
            said = "cut"
        table.setdefault(now, {})[name] = said
    new = seen.with_suffix(".new")
    new.write_text(json.dumps(table))
    new.replace(seen)
    time.sleep(0.2)
"""


@dataclass(frozen=True)
class OpenConnections:
    """Open connections of the pod of an app."""

    stage: Stage
    app: str
    doors: Sequence[Door]

    def during(self, phase: str) -> Mapping[str, str]:
        """Return, by door, the state of its connection, from at least one request made since this call.

        :param phase: the name of this phase, different at every call
        """
        write(self.stage, self.app, _PHASE, phase)
        seen: dict[str, str] = {}

        def asked() -> bool:
            """Return whether a request has been made on every connection."""
            found = content(self.stage, self.app, _SEEN)
            seen.update(json.loads(found).get(phase, {}) if found.startswith("{") else {})
            return len(seen) == len(self.doors)

        self.stage.wait(asked, ASKED, f"open connections to be asked on ({phase})")
        return seen


@contextmanager
def kept_open(stage: Stage, app: str, doors: Sequence[Door]) -> Iterator[OpenConnections]:
    """Keep a connection open from the one pod of an app to each door, for the duration of the block.

    :raises CommandFailed: when a connection cannot be opened
    """
    (pod,) = stage.pods(app)
    targets = json.dumps([[one.name, one.address, one.port] for one in doors])
    program = ("python3", "-S", "-E", "-c", _HOLD, _PHASE, _SEEN, targets)
    write(stage, app, _PHASE, "opened")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(stage.run_in, pod["metadata"]["name"], *program)
        try:
            yield OpenConnections(stage, app, doors)
        finally:
            write(stage, app, _PHASE, "end")
            held.result()
