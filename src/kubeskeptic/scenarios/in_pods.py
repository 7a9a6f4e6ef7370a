"""Small programs that run inside a scenario's pods: they read and write files, bind ports and send requests to localhost.

They run on the Python of the workload's image.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.stage import Stage

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
