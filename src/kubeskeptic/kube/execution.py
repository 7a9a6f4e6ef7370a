"""Running a command in a container through the API server.

The client library's ``stream()`` is not used: it replaces a method of a shared client while it runs, turns Ctrl-C into an API
error, and silently returns partial output when time runs out. Its websocket is used, one for each command.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import websocket
from kubernetes.stream import ws_client

from kubeskeptic.durations import API_READ, Patience
from kubeskeptic.errors import CommandFailed, Unanswered
from kubeskeptic.kube.connection import Connection, refusal
from kubeskeptic.kube.resources import BUILT_IN

# The websocket library waits for ever by default. The setting is global to that library; nothing else in the process uses it.
websocket.setdefaulttimeout(API_READ)


def run_in_container(
    connection: Connection, namespace: str, pod: str, container: str, argv: Sequence[str], patience: Patience
) -> str:
    """Run ``argv`` and return its standard output.

    :raises CommandFailed: when it exits with a status other than zero, cannot be started, or does not end in time (its
        process may then still run)
    :raises Unanswered: when the connection breaks before the status is known
    :raises ClusterError: when the server refuses
    """
    shown = f"{shlex.join(argv)} (in {namespace}/{pod}/{container})"
    client = _open(connection, namespace, pod, container, argv)
    try:
        deadline = time.monotonic() + patience.seconds
        while client.is_open():
            left = deadline - time.monotonic()
            if left <= 0:
                raise CommandFailed(shown, None, _words(client))
            client.update(timeout=min(left, 1.0))
        status, said = exit_status(client.read_channel(ws_client.ERROR_CHANNEL))
        if status != 0:
            raise CommandFailed(shown, status, _words(client) or said)
        return str(client.read_channel(ws_client.STDOUT_CHANNEL))
    except (websocket.WebSocketException, OSError) as broken:
        raise Unanswered(f"the connection broke while running {shown}: {broken}") from broken
    finally:
        client.close()
        client.sock.shutdown()  # close() leaves the socket open if the server closed the connection first


def exit_status(answer: str) -> tuple[int, str]:
    """Return a command's exit status and message from the server's final status.

    A command that could not be started has no exit status of its own; it is reported as 127, as in a shell.

    :raises Unanswered: when there is no final status, as after a cut connection: how the command ended is then unknown
    """
    try:
        said: dict[str, Any] = json.loads(answer)
    except ValueError as cut:
        raise Unanswered("the connection ended before the command's status was known") from cut
    if said.get("status") == "Success":
        return 0, ""
    causes = (said.get("details") or {}).get("causes") or []
    codes = [cause["message"] for cause in causes if cause.get("reason") == "ExitCode"]
    return (int(codes[0]) if codes else 127), str(said.get("message", ""))


def _open(connection: Connection, namespace: str, pod: str, container: str, argv: Sequence[str]) -> Any:
    words = [("command", word) for word in argv]
    query = urlencode([*words, ("container", container), ("stdout", "true"), ("stderr", "true")])
    path = BUILT_IN["Pod"].path(pod, namespace, "exec")
    url = f"{connection.server}{path}?{query}".replace("http", "ws", 1)
    make: Any = ws_client.WSClient
    try:
        return make(connection.configuration, url, connection.request_headers(), capture_all=False)
    except websocket.WebSocketBadStatusException as refused:
        raise refusal(refused.status_code, refused.resp_body or b"", f"exec {path}") from refused
    except (websocket.WebSocketException, OSError) as broken:
        raise Unanswered(f"the API server at {connection.server} did not answer exec {path}: {broken}") from broken


def _words(client: Any) -> str:
    """Return a failed command's output: its standard error, or else its standard output."""
    return str(client.read_channel(ws_client.STDERR_CHANNEL) or client.read_channel(ws_client.STDOUT_CHANNEL))
