"""A cluster without one: what steps do to its nodes changes a dictionary, and is noted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kubeskeptic.errors import CommandFailed, NotFound, Unanswered
from kubeskeptic.guard import Risk
from kubeskeptic.upgrading.state import CONFIG_MAP

OLD, NEW = "v1.36.3", "v1.37.2"


class World:
    """One control plane and one worker. It is engine, API handle, node access and guard at once.

    :param fails: the beginning of a command in a node → how it fails
    """

    uid = "uid-1"
    inside = True
    transport = "engine"

    def __init__(self, **fails: str) -> None:
        self.fails = {words.replace("_", " "): why for words, why in fails.items()}
        self.did: list[str] = []
        self.kubelets = {"up-control-plane": OLD, "up-worker": OLD}
        self.server = OLD
        self.cordoned: set[str] = set()
        self.objects: dict[str, Any] = {}
        self.running: list[str] = []
        self.silent = False

    # -- engine and node access ----------------------------------------------------------------------------------------
    def exec(self, node: str, argv: Sequence[str], **_: Any) -> str:
        told = " ".join(argv)
        if argv[0] == "pgrep":
            return self._pgrep()
        if argv[:2] == ["sh", "-ec"]:
            told = "replace kubelet"
        told = told.replace("/usr/local/lib/kubeskeptic/", "")
        self.did.append(f"{node}: {told}")
        for words, why in self.fails.items():
            if told.startswith(words):
                raise CommandFailed(told, 1, why)
        if told.startswith("kubeadm upgrade apply"):
            self.server = NEW
        if told == "replace kubelet":
            self.kubelets[node] = NEW
        return ""

    def _pgrep(self) -> str:
        if self.running:
            return self.running.pop()
        raise CommandFailed("pgrep", 1, "")

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        return self.exec(node, list(argv))

    def copy(self, source: Path, node: str, target: str) -> None:
        self.did.append(f"{node}: {target}")

    # -- guard ---------------------------------------------------------------------------------------------------------
    def permit(self, risk: Risk, what: str) -> None:
        self.did.append(f"permitted: {what}")

    # -- the API -------------------------------------------------------------------------------------------------------
    def healthy(self) -> bool:
        return True

    def forget_kinds(self) -> None:
        self.did.append("kinds forgotten")

    def list(self, kind: str, namespace: str = "", **_: str) -> dict[str, Any]:
        return {"items": [self._node(name) for name in self.kubelets] if kind == "Node" else []}

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
        if kind == "Node":
            return self._node(name)
        if name not in self.objects:
            raise NotFound(f"{kind} {name} not found", 404)
        return dict(self.objects[name])

    def get_raw(self, path: str) -> bytes:
        return f'{{"gitVersion": "{self.server}"}}'.encode()

    def patch(self, kind: str, name: str, namespace: str | None, patch: Any) -> None:
        change = self.cordoned.add if patch["spec"]["unschedulable"] else self.cordoned.discard
        change(name)
        self.did.append(f"{name}: {'cordoned' if name in self.cordoned else 'uncordoned'}")

    def apply(self, manifest: dict[str, Any]) -> None:
        if self.silent:
            raise Unanswered("nothing was said")
        self.objects[manifest["metadata"]["name"]] = manifest

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        if self.objects.pop(name, None) is None:
            raise NotFound(f"{kind} {name} not found", 404)

    def _node(self, name: str) -> dict[str, Any]:
        taints = [{"key": "node.kubernetes.io/unschedulable"}] if name in self.cordoned else []
        status = {
            "nodeInfo": {"kubeletVersion": self.kubelets[name]},
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        return {"metadata": {"name": name}, "spec": {"taints": taints}, "status": status}

    @property
    def site(self) -> Any:
        """The world as the place where steps are performed."""
        cluster = SimpleNamespace(name="up", engine=self)
        return SimpleNamespace(
            cluster=cluster, kube=self, guard=self, access=self, in_node=lambda node, *argv: self.exec(node, list(argv))
        )

    @property
    def kept(self) -> bool:
        """Whether the cluster has the state of an upgrade."""
        return CONFIG_MAP in self.objects
