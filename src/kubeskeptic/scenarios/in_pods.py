"""Small programs run inside a scenario's pods: files written and read, ports bound, localhost asked.

They run in the workload's image, by the Python that is in it.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.stage import Stage

ABSENT = "absent"
"""What :func:`content` says of a file that is not there."""

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
    """Return the Ready pod of an app that has a container of this name; any of its pods when the name is empty.

    :raises Inconclusive: when there is none
    """
    for pod in stage.pods(app):
        if not container or container in [one["name"] for one in pod["spec"]["containers"]]:
            return pod
    raise Inconclusive(f"no Ready pod of {app} has a container {container}")


def write(stage: Stage, app: str, path: str, text: str, container: str = "") -> None:
    """Write a file in a container of an app, to the disk and not to its cache alone."""
    _run(stage, app, container, _WRITE, path, text)


def content(stage: Stage, app: str, path: str, container: str = "") -> str:
    """Return the text of a file in a container of an app, :data:`ABSENT` when there is no such file."""
    return _run(stage, app, container, _READ, path)


def bind(stage: Stage, app: str, address: str, port: int, container: str = "") -> str:
    """Bind a TCP port in a container: ``bound``, or the name of the error, such as ``EADDRINUSE``.

    :param address: one of the container's own; another one is refused with ``EADDRNOTAVAIL``
    :param port: 0 for any that is free
    """
    return _run(stage, app, container, _BIND, address, str(port))


def answer_on_localhost(stage: Stage, app: str, port: int, container: str = "") -> str:
    """Return which workload answers a container on its localhost, by its POD_NAME; or why none does."""
    return _run(stage, app, container, _ASK, str(port))


def _run(stage: Stage, app: str, container: str, program: str, *arguments: str) -> str:
    pod = pod_with(stage, app, container)["metadata"]["name"]
    return stage.run_in(pod, "python3", "-S", "-E", "-c", program, *arguments, container=container).strip()
