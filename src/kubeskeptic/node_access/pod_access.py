"""Access through our privileged exec pods: any cluster that allows risk level node. See :mod:`kubeskeptic.agent.node_exec`."""

from __future__ import annotations

import base64
import json
import secrets
import shlex
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kubeskeptic.agent.node_exec import signature
from kubeskeptic.counting import counted
from kubeskeptic.durations import COMMAND, EXEC_POD_ANSWERS, EXEC_PODS_GONE, PODS_READY, Patience
from kubeskeptic.errors import ClusterError, CommandFailed, NotFound, PatienceExhausted, SkepticError, Unanswered
from kubeskeptic.node_access.exec_pods import KEY, LABEL, NAME, manifests, port
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


class PodAccess:
    """Runs commands and timers through exec pods, which are created at the first use unless they exist.

    Another process of the same run reads the key from the Secret in their namespace; it is kept nowhere else.

    :param image: the agent's image, by its name on the nodes
    :param run: the run that the exec pods belong to
    :param borrowed: the exec pods belong to another process, and are neither created nor removed
    """

    transport = "pod"
    inside = True
    curl = ("python3", "-m", "kubeskeptic.agent.curl")

    def __init__(self, kube: Kube, image: str, run: str, *, borrowed: bool = False) -> None:
        self._kube = kube
        self._image = image
        self._run = run
        self._borrowed = borrowed
        self._where = place(run)
        self.exempt_ports = (port(run),)
        self._key = b""
        self._pods: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def namespace(self) -> str:
        """The namespace of the exec pods that it creates."""
        return "" if self._borrowed else self._where

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        """Return the output of a command run in the node's network and process namespaces, with the exec pod's tools."""
        shown = f"{shlex.join(argv)} (by the exec pod on {node})"
        asked = {"argv": list(argv), "stdin": stdin, "seconds": COMMAND.seconds}
        said = self._ask(node, shown, "/run", asked)
        if said["status"] != 0:
            raise CommandFailed(shown, said["status"], said["err"] or said["out"])
        return str(said["out"])

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:
        """Start a timer of the exec pod."""
        self._ask(node, f"timer {name}", "/start", {"name": name, "argv": list(argv), "seconds": lasts})

    def stop_timer(self, node: str, name: str) -> None:
        """Stop a timer of the exec pod; without an exec pod there is none."""
        if self._there():
            self._ask(node, f"timer {name}", "/stop", {"name": name})

    def timers(self, node: str) -> list[str]:
        """Return the timers of the exec pod; without an exec pod there are none."""
        return list(self._ask(node, "timers", "/timers", {})["timers"]) if self._there() else []

    def close(self) -> None:
        """Remove the exec pods and their timers, if there are any, and wait until they are gone.

        A later inspection of the cluster then finds nothing of ours. If they are not gone in time, this is left to that
        inspection.
        """
        if self._borrowed:
            return
        try:
            self._kube.delete("Namespace", self._where)
        except NotFound:
            return
        with suppress(PatienceExhausted):
            until(self._gone, EXEC_PODS_GONE, what="the exec pods to be gone", tolerate=(ClusterError, Unanswered))

    def _gone(self) -> bool | NotYet:
        try:
            self._kube.get("Namespace", self._where)
        except NotFound:
            return True
        return NotYet(f"the namespace {self._where} is still there")

    # -- creating them --------------------------------------------------------------------------------------------------
    def _there(self) -> bool:
        try:
            self._kube.get("DaemonSet", NAME, self._where)
        except NotFound:
            return False
        return True

    def _signed_in(self) -> bytes:
        """Return the key, after creating any missing objects of the exec pods."""
        with self._lock:
            if not self._key:
                key = self._found_key()
                whole = self._borrowed or (key and self._there())  # their creator may have died before the DaemonSet
                if not whole:
                    key = key or secrets.token_hex(32).encode()
                    for one in manifests(self._image, self._where, self._run, key.decode()):
                        self._kube.apply(one)
                self._key = key
            return self._key

    def _found_key(self) -> bytes:
        """Return the key in the Secret; empty when there is none yet.

        :raises NotFound: when there is none, and the exec pods belong to another process
        """
        try:
            return base64.b64decode(self._kube.get("Secret", NAME, self._where)["data"][KEY])
        except NotFound:
            if self._borrowed:
                raise
            return b""

    def _pod(self, node: str) -> str:
        """Return the name of the node's exec pod, once it runs."""
        if node not in self._pods:
            patience = Patience(EXEC_POD_ANSWERS) if self._borrowed else PODS_READY
            self._pods[node] = until(
                lambda: self._running(node), patience, what=f"an exec pod on {node}", tolerate=(SkepticError,)
            )
        return self._pods[node]

    def _running(self, node: str) -> str | NotYet:
        found = self._kube.list("Pod", self._where, labels=LABEL, fields=f"spec.nodeName={node}")["items"]
        for pod in found:
            if pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]:
                name = str(pod["metadata"]["name"])
                self._kube.request("GET", self._path(name, "/healthz"), None, {}, EXEC_POD_ANSWERS)
                return name
        return NotYet(f"{counted(len(found), 'pod')} there, none of them Running")

    # -- requests --------------------------------------------------------------------------------------------------------
    def _ask(self, node: str, shown: str, path: str, asked: dict[str, Any]) -> Any:
        try:
            key, pod = self._signed_in(), self._pod(node)
            patience = COMMAND.seconds + EXEC_POD_ANSWERS if path == "/run" else EXEC_POD_ANSWERS
            where, query = self._path(pod, path), signed(key, path, asked)
            return json.loads(self._kube.request("POST", where, asked, query, timeout=patience))
        except Unanswered as silent:
            raise CommandFailed(shown, None, f"the exec pod on {node} did not answer: {silent}") from silent
        except SkepticError as refused:
            self._pods.pop(node, None)  # the pod may have been replaced
            raise CommandFailed(shown, 255, f"the exec pod on {node} cannot be reached: {refused}") from refused

    def _path(self, pod: str, path: str) -> str:
        return f"/api/v1/namespaces/{self._where}/pods/{pod}:{port(self._run)}/proxy{path}"


def place(run: str) -> str:
    """Return the namespace of a run's exec pods."""
    return f"skeptic-{run}-exec"[:63]


def there(kube: Kube) -> list[str]:
    """Return the runs whose exec pods are in a cluster and are not being deleted.

    When a namespace is deleted, its pods go first, while their DaemonSet is not marked as deleted yet.
    """
    found = [one["metadata"] for one in kube.list("DaemonSet", labels=LABEL)["items"]]
    namespaces = [one["metadata"] for one in kube.list("Namespace", labels=LABEL)["items"]]
    going = {meta["name"] for meta in namespaces if "deletionTimestamp" in meta}
    return [
        meta["labels"][LABEL]
        for meta in found
        if "deletionTimestamp" not in meta
        and meta["namespace"] == place(meta["labels"][LABEL])
        and meta["namespace"] not in going
    ]


def signed(key: bytes, path: str, asked: Mapping[str, Any], now: float | None = None) -> dict[str, str]:
    """Return the query parameters that sign a request: see :func:`~kubeskeptic.agent.node_exec.signature`."""
    at, once = f"{time.time() if now is None else now:.3f}", secrets.token_hex(16)
    return {"at": at, "once": once, "sign": signature(key, path, at, once, asked)}
