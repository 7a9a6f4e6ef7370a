"""The way through a privileged pod of ours: any cluster that allows risk level node. See :mod:`kubeskeptic.agent.node_exec`."""

from __future__ import annotations

import base64
import json
import secrets
import shlex
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubeskeptic.agent.node_exec import signature
from kubeskeptic.durations import COMMAND, HAND_ANSWERS, PODS_READY, Patience
from kubeskeptic.errors import CommandFailed, NotFound, SkepticError, Unanswered
from kubeskeptic.node_access.exec_pods import KEY, LABEL, NAME, manifests, port
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


class PodAccess:
    """Commands and timers by exec pods, which are put in place when first asked for, or found.

    Another process of the same run finds the key in the Secret beside them: it is kept nowhere else.

    :param image: the agent's image, as the nodes have it
    :param run: whose exec pods these are
    :param borrowed: they are somebody else's: neither put in place nor taken away
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
        """Where the exec pods are that it puts in place."""
        return "" if self._borrowed else self._where

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        """Run a command in the node's network and processes, with the exec pod's tools."""
        shown = f"{shlex.join(argv)} (by the exec pod on {node})"
        asked = {"argv": list(argv), "stdin": stdin, "seconds": COMMAND.seconds}
        said = self._ask(node, shown, "/run", asked)
        if said["status"] != 0:
            raise CommandFailed(shown, said["status"], said["err"] or said["out"])
        return str(said["out"])

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:
        """Leave a timer with the exec pod."""
        self._ask(node, f"timer {name}", "/start", {"name": name, "argv": list(argv), "seconds": lasts})

    def stop_timer(self, node: str, name: str) -> None:
        """Stop the exec pod's timer; without an exec pod there is none."""
        if self._there():
            self._ask(node, f"timer {name}", "/stop", {"name": name})

    def timers(self, node: str) -> list[str]:
        """The timers of the exec pod; without an exec pod there are none."""
        return list(self._ask(node, "timers", "/timers", {})["timers"]) if self._there() else []

    def close(self) -> None:
        """Take the exec pods away, and with them everything that they still had to do; fine when there are none."""
        if self._borrowed:
            return
        try:
            self._kube.delete("Namespace", self._where)
        except NotFound:
            return

    # -- putting them in place -------------------------------------------------------------------------------------------
    def _there(self) -> bool:
        try:
            self._kube.get("DaemonSet", NAME, self._where)
        except NotFound:
            return False
        return True

    def _signed_in(self) -> bytes:
        """The key; with it the exec pods are there, or about to be."""
        with self._lock:
            if not self._key:
                key = self._found_key()
                whole = self._borrowed or (key and self._there())  # who put them in place may have died between the two
                if not whole:
                    key = key or secrets.token_hex(32).encode()
                    for one in manifests(self._image, self._where, self._run, key.decode()):
                        self._kube.apply(one)
                self._key = key
            return self._key

    def _found_key(self) -> bytes:
        """The key that is there; empty when there is none yet.

        :raises NotFound: when there is none and should be
        """
        try:
            return base64.b64decode(self._kube.get("Secret", NAME, self._where)["data"][KEY])
        except NotFound:
            if self._borrowed:
                raise
            return b""

    def _pod(self, node: str) -> str:
        """The name of the node's exec pod, once it runs."""
        if node not in self._pods:
            patience = Patience(HAND_ANSWERS) if self._borrowed else PODS_READY
            self._pods[node] = until(
                lambda: self._running(node), patience, what=f"an exec pod on {node}", tolerate=(SkepticError,)
            )
        return self._pods[node]

    def _running(self, node: str) -> str | NotYet:
        found = self._kube.list("Pod", self._where, labels=LABEL, fields=f"spec.nodeName={node}")["items"]
        for pod in found:
            if pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]:
                name = str(pod["metadata"]["name"])
                self._kube.request("GET", self._path(name, "/healthz"), None, {}, HAND_ANSWERS)
                return name
        return NotYet(f"{len(found)} pods there, none of them Running")

    # -- asking them -----------------------------------------------------------------------------------------------------
    def _ask(self, node: str, shown: str, path: str, asked: dict[str, Any]) -> Any:
        try:
            key, pod = self._signed_in(), self._pod(node)
            patience = COMMAND.seconds + HAND_ANSWERS if path == "/run" else HAND_ANSWERS
            where, query = self._path(pod, path), signed(key, path, asked)
            return json.loads(self._kube.request("POST", where, asked, query, timeout=patience))
        except Unanswered as silent:
            raise CommandFailed(shown, None, f"the exec pod on {node} did not answer: {silent}") from silent
        except SkepticError as refused:
            self._pods.pop(node, None)  # it may be another pod by now
            raise CommandFailed(shown, 255, f"the exec pod on {node} is out of reach: {refused}") from refused

    def _path(self, pod: str, path: str) -> str:
        return f"/api/v1/namespaces/{self._where}/pods/{pod}:{port(self._run)}/proxy{path}"


def place(run: str) -> str:
    """The namespace of a run's exec pods."""
    return f"skeptic-{run}-hands"[:63]


def there(kube: Kube) -> list[str]:
    """The runs whose exec pods are in a cluster and are not being taken away."""
    found = [one["metadata"] for one in kube.list("DaemonSet", labels=LABEL)["items"]]
    return [
        meta["labels"][LABEL]
        for meta in found
        if "deletionTimestamp" not in meta and meta["namespace"] == place(meta["labels"][LABEL])
    ]


def signed(key: bytes, path: str, asked: Mapping[str, Any], now: float | None = None) -> dict[str, str]:
    """The query that signs a request: see :func:`~kubeskeptic.agent.node_exec.signature`."""
    at, once = f"{time.time() if now is None else now:.3f}", secrets.token_hex(16)
    return {"at": at, "once": once, "sign": signature(key, path, at, once, asked)}
