"""Pods that are processes on this machine, behind an API server on paper."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from kubeskeptic.errors import ClusterError, NotFound, Unanswered


class Pods:
    """An API server on paper whose pods are processes: one agent on each of two nodes."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.applied: list[str] = []
        self.deleted = False
        self.nodes = ["n1", "n2"]
        self.refused: ClusterError | None = None
        for node in ("n1", "n2"):
            self.start(node)
        for node in ("n1", "n2"):
            self.await_start(node)

    def start(self, node: str) -> None:
        identity = {"POD_NAME": f"agent-{node}", "NODE_NAME": node, "NODE_IP": "127.0.0.1"}
        argv = [
            sys.executable,
            "-m",
            "kubeskeptic.agent",
            "ask",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--echo-port",
            "0",
        ]
        self.processes[node] = subprocess.Popen(argv, env=os.environ | identity, stdout=subprocess.PIPE, text=True)

    def await_start(self, node: str) -> None:
        out = self.processes[node].stdout
        assert out is not None
        self.ports[f"agent-{node}"] = json.loads(out.readline())["listening"]

    def kill(self, node: str) -> None:
        process = self.processes.pop(node)
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    def ports_by_node(self) -> list[str]:
        return [pod.removeprefix("agent-") for pod in self.ports]

    def apply(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self.applied.append(manifest["kind"])
        return manifest

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        self.deleted = True

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        raise NotFound("gone")

    def list(self, kind: str, namespace: str = "", *, labels: str = "", fields: str = "") -> dict[str, Any]:
        if kind == "Node":
            return {"items": [{"metadata": {"name": node}} for node in self.nodes]}
        ready = {"podIP": "127.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}
        here = [node for node in self.ports_by_node() if fields in ("", f"spec.nodeName={node}")]
        return {"items": [{"metadata": {"name": f"agent-{n}"}, "spec": {"nodeName": n}, "status": ready} for n in here]}

    def request(self, method: str, path: str, body: Any, query: dict[str, str], timeout: float) -> bytes:
        if self.refused:
            raise self.refused
        pod, _, rest = path.partition("/pods/")[2].partition(":8080/proxy")
        url = f"http://127.0.0.1:{self.ports[pod]}{rest}?{urlencode(query)}"
        data = json.dumps(body).encode() if body else None
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                raise ClusterError(f"{refused.read().decode()} (status {refused.code})", refused.code) from refused
        except OSError as nobody:
            raise Unanswered(str(nobody)) from nobody
