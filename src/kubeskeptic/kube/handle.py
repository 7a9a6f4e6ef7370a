"""The handle to one cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kubeskeptic.durations import API_ALIVE, COMMAND, SAYS_WHO_IT_IS, WATCH_SILENCE, Patience
from kubeskeptic.errors import ClusterError, SkepticError, Unanswered
from kubeskeptic.kube.connection import Connection, Event, events, on_loopback
from kubeskeptic.kube.execution import run_in_container
from kubeskeptic.kube.resources import Resources
from kubeskeptic.objects import FIELD_MANAGER

Object = dict[str, Any]
"""An API object as the server sent it: plain JSON, no field dropped."""

_PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


class Kube:
    """A handle to one cluster: passed around, never global, safe to use from several threads.

    Every method raises :class:`~kubeskeptic.errors.ClusterError` (or Forbidden, NotFound, Conflict, Gone) when the server
    refuses, and :class:`~kubeskeptic.errors.Unanswered` when it does not respond in time. Nothing is retried.

    :param kubeconfig: the file
    :param context: the context in it
    :param scratch: the run's own folder, in which discovered kinds are cached; never shared between clusters, because a
        recreated cluster may answer at the same address
    :raises BadInput: when the kubeconfig or the context does not exist
    """

    def __init__(self, kubeconfig: Path, context: str, scratch: Path) -> None:
        self._connection = Connection(kubeconfig, context)
        self.context = context
        self._resources = Resources(scratch / "kinds.json", lambda path: self._json("GET", path))

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self._connection.server

    @property
    def silent_for(self) -> float:
        """Seconds since the first of the requests that the server left unanswered in a row; 0 if it answered the last one."""
        return self._connection.silent_for

    @property
    def on_loopback(self) -> bool:
        """Whether the API server's address is on this machine's loopback."""
        return on_loopback(self.server)

    # -- objects -------------------------------------------------------------------------------------------------------
    def get(self, kind: str, name: str, namespace: str | None = None, *, timeout: float | None = None) -> Object:
        """Return one object.

        :param timeout: seconds between two reads of the response
        """
        return self._json("GET", self._resources.of(kind).path(name, namespace), timeout=timeout)

    def list(self, kind: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> Object:
        """Return the list of a kind, as sent: ``items`` and ``metadata.resourceVersion``. Namespace None: all namespaces.

        The API server omits ``kind`` and ``apiVersion`` from the items of a list; they are restored.
        """
        resource = self._resources.of(kind)
        listed = self._json("GET", resource.path(None, namespace), query=_selectors(labels, fields))
        for item in listed["items"]:
            item.setdefault("kind", kind)
            item.setdefault("apiVersion", resource.version)
        return listed

    def apply(self, manifest: Mapping[str, Any]) -> Object:
        """Apply an object with server-side apply, taking over fields that another manager owns."""
        path = self._resources.path_of(manifest, manifest["metadata"]["name"])
        return self._write("PATCH", path, dict(manifest), "application/apply-patch+yaml", force="true")

    def create(self, manifest: Mapping[str, Any]) -> Object:
        """Create an object.

        :raises Conflict: when it already exists
        """
        return self._write("POST", self._resources.path_of(manifest, None), dict(manifest))

    def patch(
        self, kind: str, name: str, namespace: str | None, patch: Any, *, how: str = "merge", subresource: str = ""
    ) -> Object:
        """Change an object.

        :param patch: an object for ``merge`` and ``strategic``, a list of operations for ``json``
        """
        path = self._resources.of(kind).path(name, namespace, subresource)
        return self._write("PATCH", path, patch, _PATCHES[how])

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        grace: int | None = None,
        uid: str | None = None,
        propagation: str = "Background",
    ) -> None:
        """Request an object's deletion. Returns when the server has accepted it, not when the object is gone.

        :param grace: seconds, instead of the object's own
        :param uid: delete only the object with this uid
        :raises Conflict: when the object has another uid
        """
        options: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        options |= {"gracePeriodSeconds": grace} if grace is not None else {}
        options |= {"preconditions": {"uid": uid}} if uid else {}
        self._connection.send("DELETE", self._resources.of(kind).path(name, namespace), options)

    def evict(self, pod: str, namespace: str) -> None:
        """Evict a pod, respecting PodDisruptionBudgets.

        :raises ClusterError: with status 429 when a budget does not currently allow it
        """
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}
        self._json("POST", self._resources.of("Pod").path(pod, namespace, "eviction"), eviction)

    # -- watching ------------------------------------------------------------------------------------------------------
    def watch(
        self, kind: str, namespace: str | None, labels: str, resource_version: str, timeout: float
    ) -> Iterator[Event]:
        """Yield the raw events after ``resource_version``, until the server ends the watch, ``timeout`` seconds from now.

        The first event has type ``OPENED``: the server has accepted the watch. Bookmarks have type ``BOOKMARK``, the last one
        shortly before the end. A server that has not ended the watch in time counts as lost, so that a half-open connection
        is noticed at most ``timeout`` + 3 s after its last data.

        :raises Gone: when the server no longer has that version; list again
        :raises Unanswered: when the connection breaks or falls silent
        """
        query = _selectors(labels, "") | {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(int(timeout)),
        }
        path = self._resources.of(kind).path(None, namespace)
        yield from events(self._connection.stream(path, query, timeout=timeout + WATCH_SILENCE))

    # -- everything else -----------------------------------------------------------------------------------------------
    def get_raw(self, path: str, *, query: Mapping[str, str] | None = None, timeout: float | None = None) -> bytes:
        """Return the bytes at a path, such as ``/metrics``; ``timeout`` is in seconds between two reads."""
        return self._connection.send("GET", path, None, query, timeout=timeout)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Send any request, such as one to a pod through the proxy: ``/api/v1/namespaces/N/pods/P:8080/proxy/…``.

        :param body: JSON-like data
        :param timeout: seconds between two reads of the response
        """
        return self._connection.send(method, path, body, query, timeout=timeout)

    def exec(
        self, namespace: str, pod: str, container: str, argv: Sequence[str], *, patience: Patience = COMMAND
    ) -> str:
        """Run a command in a container and return its standard output.

        :raises CommandFailed: with its status
        """
        return run_in_container(self._connection, namespace, pod, container, argv, patience)

    def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        tail: int | None = None,
        timeout: float | None = None,
    ) -> str:
        """Return a container's log.

        :param previous: the log of the container's previous instance
        :param tail: number of last lines to return; None for all
        :param timeout: seconds between two reads of the response
        """
        query = {"container": container, "previous": str(previous).lower()}
        query |= {"tailLines": str(tail)} if tail is not None else {}
        path = self._resources.of("Pod").path(pod, namespace, "log")
        return self._connection.send("GET", path, None, query, timeout=timeout).decode(errors="replace")

    def healthy(self) -> bool:
        """Return whether the API server reports that it is ready, within three seconds."""
        try:
            return self._connection.send("GET", "/readyz", timeout=API_ALIVE) == b"ok"
        except SkepticError:
            return False

    def unreachable(self) -> str:
        """Return why the API server is unreachable, determined within seconds; empty when it answers, even with a 4xx error."""
        try:
            self.get("Namespace", "kube-system", timeout=SAYS_WHO_IT_IS)
        except Unanswered as error:
            return str(error)
        except ClusterError as error:
            return str(error) if error.status >= 500 else ""
        return ""

    def forget_kinds(self) -> None:
        """Discard the discovered kinds, after an upgrade or a new CustomResourceDefinition."""
        self._resources.forget()

    # -- inside --------------------------------------------------------------------------------------------------------
    def _write(self, method: str, path: str, body: Any, content: str = "application/json", **query: str) -> Object:
        """Send a change of an object: all pass here, so that each carries the harness's field manager."""
        return self._json(method, path, body, {"fieldManager": FIELD_MANAGER, **query}, content=content)

    def _json(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        content: str = "application/json",
        timeout: float | None = None,
    ) -> Object:
        answer: Object = json.loads(self._connection.send(method, path, body, query, content=content, timeout=timeout))
        return answer


def _selectors(labels: str, fields: str) -> dict[str, str]:
    return ({"labelSelector": labels} if labels else {}) | ({"fieldSelector": fields} if fields else {})
