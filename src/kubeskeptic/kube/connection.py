"""The connection to one API server. This is the only module that lets the client library send requests.

The library's automatic behaviour is switched off: it does not retry (by default three times, silently) or wait without limit.
Responses stay raw bytes, because its typed models drop fields newer than themselves. All its errors are mapped here, once.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from kubernetes.client.api_client import ApiClient
from kubernetes.client.configuration import Configuration
from kubernetes.client.exceptions import ApiException

from kubeskeptic.durations import API_CONNECT, API_READ
from kubeskeptic.errors import ClusterError, Conflict, Forbidden, Gone, NotFound, Unanswered, Untestable
from kubeskeptic.kube.kubeconfig import configuration

CONNECTIONS = 32
"""Connections kept open to one server: watches, one pull per node, and concurrent requests of scenarios."""

_BY_STATUS: dict[int, type[ClusterError]] = {403: Forbidden, 404: NotFound, 409: Conflict, 410: Gone}
RIGHTS = "`skeptic rbac LEVEL` prints the rights that each risk level needs"


class Connection:
    """Sends requests to one API server. Safe to use from several threads.

    :raises BadInput: when the kubeconfig or its context does not exist
    :raises Untestable: when its login plug-in returns no credentials
    """

    def __init__(self, kubeconfig: Path, context: str) -> None:
        self.configuration = _configuration(kubeconfig, context)
        self._client: Any = ApiClient(self.configuration)
        self._silent_since: float | None = None

    @property
    def server(self) -> str:
        """URL of the API server."""
        return str(self.configuration.host)

    @property
    def silent_for(self) -> float:
        """Seconds since the first of the requests that the server left unanswered in a row; 0 if it answered the last one."""
        since = self._silent_since  # another thread may be answered
        return time.monotonic() - since if since is not None else 0.0

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        *,
        content: str = "application/json",
        timeout: float | None = None,
    ) -> bytes:
        """Send one request and return the body of the response.

        :param timeout: seconds between two reads of the response
        :raises ClusterError: when the server refuses (Forbidden, NotFound, Conflict or Gone where the status says so)
        :raises Unanswered: when the server does not respond
        """
        with self._answer(method, path, body, query, content, timeout) as answer:
            return bytes(answer.data)

    def stream(self, path: str, query: Mapping[str, Any], *, timeout: float) -> Iterator[bytes]:
        """Send a GET request whose response arrives in pieces, and yield them as they arrive.

        :raises Unanswered: when the response breaks off, or nothing arrives for ``timeout`` seconds
        """
        with self._answer("GET", path, None, query, "application/json", timeout) as answer:
            yield b""  # the server has accepted the request; nothing has happened yet
            yield from answer.stream(2**16, decode_content=True)

    def request_headers(self) -> dict[str, str]:
        """Return the authentication headers, with lower-case names, for a client other than this one."""
        headers: dict[str, str] = {}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], "", "GET", None)
        return {name.lower(): value for name, value in headers.items()}

    @contextlib.contextmanager
    def _answer(
        self, method: str, path: str, body: Any, query: Mapping[str, Any] | None, content: str, timeout: float | None
    ) -> Iterator[urllib3.HTTPResponse]:
        asked = f"{method} {path}"
        answer: urllib3.HTTPResponse | None = None
        try:
            prepared = self._client.param_serialize(
                method,
                path,
                query_params=[(key, value) for key, value in (query or {}).items()],
                header_params={"Accept": "application/json, */*"} | ({"Content-Type": content} if body else {}),
                body=body,
                auth_settings=["BearerToken"],
            )
            answer = self._client.call_api(*prepared, _request_timeout=(API_CONNECT, timeout or API_READ)).response
            self._silent_since = None
            if not 200 <= answer.status <= 299:
                raise refusal(answer.status, answer.data, asked)
            yield answer
        except Untestable as login:  # the credentials have expired, and the plug-in returns no others
            raise Unanswered(f"{asked} could not be asked: {login}") from login
        except (urllib3.exceptions.HTTPError, ApiException, OSError) as broken:
            if answer is None and self._silent_since is None:
                self._silent_since = time.monotonic()
            raise Unanswered(f"the API server at {self.server} did not answer {asked}: {_why(broken)}") from broken
        finally:
            if answer is not None:
                answer.close()  # a response read to its end has already released its connection


def _why(broken: Exception) -> str:
    """Return a library's reason for a broken connection, on one line: with status 0 the client wraps urllib3's error."""
    said = broken.reason if isinstance(broken, ApiException) and broken.reason else broken
    return " ".join(str(said).split())


def refusal(status: int, body: bytes, asked: str) -> ClusterError:
    """Return the error for a response other than success, in the server's own words."""
    try:
        answer = json.loads(body)
        said = " ".join([answer["message"], *_causes(answer)])
    except (ValueError, KeyError, TypeError):
        said = body.decode(errors="replace").strip()[:400] or "no reason given"
    by_rbac = " is forbidden: User " in said  # not by a policy or a quota
    hint = f"; {RIGHTS}" if status == HTTPStatus.FORBIDDEN and by_rbac else ""
    return _BY_STATUS.get(status, ClusterError)(f"{asked}: {said} (status {status}){hint}", status)


def _causes(answer: Any) -> list[str]:
    """Return a refusal's causes beyond its message, such as the PodDisruptionBudget that forbids an eviction."""
    causes = (answer.get("details") or {}).get("causes") or []
    return [cause["message"] for cause in causes if cause.get("message") and cause["message"] not in answer["message"]]


def _configuration(kubeconfig: Path, context: str) -> Configuration:
    configured = configuration(kubeconfig, context)
    configured.retries = False
    configured.connection_pool_maxsize = CONNECTIONS
    configured.socket_options = _socket_options()
    if on_loopback(configured.host):
        configured.proxy = None  # like kubectl: nothing on this machine is reached through a proxy
    return configured


def _socket_options() -> list[tuple[int, int, int]]:
    """Return options with which TCP notices a vanished server within about 9 s, on idle and busy connections."""
    tcp = socket.IPPROTO_TCP
    wanted = {"TCP_KEEPIDLE": 3, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 9000}
    options = [(tcp, socket.TCP_NODELAY, 1), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    return options + [(tcp, getattr(socket, name), value) for name, value in wanted.items() if hasattr(socket, name)]


def on_loopback(url: str) -> bool:
    """Return whether a URL's host is this machine's loopback, by address; names other than localhost are not resolved."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Event = dict[str, Any]
"""``{"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "OPENED", "object": {…}}``"""

OPENED: Event = {"type": "OPENED", "object": {}}
"""The first event: the server has accepted the watch. A quiet watch sends nothing else until its first bookmark."""


def events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events in the response to a watch, each as soon as its line is complete.

    The server may send 410 within a successful response, as an event of type ERROR; that raises an error here too.

    :raises Gone: when the server no longer has the requested resource version
    :raises ClusterError: when it ends the watch with another error
    :raises Unanswered: when the response ends within a line
    """
    rest = b""
    for piece in pieces:
        if not piece:
            yield OPENED
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield _event(line)
    if rest.strip():
        raise Unanswered("the watch broke off in the middle of an event")


def _event(line: bytes) -> Event:
    try:
        event: Event = json.loads(line)
    except ValueError as torn:
        raise Unanswered(f"the watch sent an invalid event: {line[:80]!r}") from torn
    if event["type"] != "ERROR":
        return event
    said = event.get("object") or {}
    code = int(said.get("code") or 0)
    message = f"the watch was ended: {said.get('message', 'no reason given')}"
    raise Gone(message, code) if code == 410 else ClusterError(message, code)
