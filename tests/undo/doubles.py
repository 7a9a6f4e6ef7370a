"""A cluster that is only remembered: what it answers is set, and what was done to it can be read."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kubeskeptic.errors import CommandFailed, NotFound, Unanswered
from kubeskeptic.faults import Site
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.undo import leftovers

FAULT = OpenFault("stop_kubelet-1", "stop_kubelet", "r1", ("kubelet/n1",), {"node": "n1"}, "bit", "start it", "uid-1")
TABLE = "skeptic_0123456789ab"


class FakeEngine:
    """Two nodes; ``down`` do not run, ``slow`` do not answer in time, ``lines`` is what looking into one prints, ``log`` what
    was run in them."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.slow: set[str] = set()
        self.notes: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.timers: dict[str, str] = {}
        self.log: list[str] = []

    def nodes(self, _: str) -> list[Any]:
        return [SimpleNamespace(name=n, state="exited" if n in self.down else "running") for n in ("n1", "n2")]

    def state(self, node: str) -> str:
        return "exited" if node in self.down else "running"

    def start(self, node: str) -> None:
        self.down.discard(node)

    def exec(self, node: str, argv: Any, *, stdin: str | None = None) -> str:
        if node in self.down:
            raise CommandFailed("exec", 1, f"container {node} is not running")
        if node in self.slow:
            raise CommandFailed("exec", None, "")
        if argv[0] == "sh" and "for record in" in argv[2]:
            return self.notes.get(node, "")
        if "list-units" in argv:
            return self.timers.get(node, "")
        if argv[0] == "sh" and "nft list tables" in argv[2]:
            found = self.lines.get(node, "").splitlines(keepends=True)
            return "".join(line for line in found if "is-active" in argv[2] or line.startswith("table"))
        if argv[0] != "true":
            self.log.append(f"{node}: {' '.join(argv)}")
            self.lines.pop(node, None)
        return ""


class ByHand(EngineAccess):
    """The other way into the same nodes."""

    transport = "pod"

    @property
    def log(self) -> list[str]:
        return self._engine.log  # type: ignore[attr-defined,no-any-return]


def a_journal(folder: Path, *phases: str, cluster: str = "uid-1") -> Path:
    """The journal of run r, in which a kubelet was stopped."""
    about = {"kind": "fault", "id": "x", "fault": "stop_kubelet"}
    intent = {"undo": {"node": "n1"}, "undoes": "start it", "targets": ["kubelet/n1"], "cluster": cluster}
    marks = [about | {"phase": phase} for phase in phases or ("intent", "armed", "applying")]
    path = folder / "journal.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in [{"kind": "run", "id": "r"}, marks[0] | intent, *marks[1:]]))
    return path


class FakeKube:
    """Namespaces by name with their labels; nodes are Ready, n1 has ``annotations``; there is no lease."""

    def __init__(self) -> None:
        self.namespaces: dict[str, dict[str, str]] = {"default": {}, "kubeskeptic-like": {}}
        self.silent = False
        self.annotations: dict[str, str] = {}

    def list(self, kind: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> dict[str, Any]:
        if self.silent:
            raise Unanswered("nobody there")
        if kind == "Node":
            ready = {"conditions": [{"type": "Ready", "status": "True"}]}
            metas: list[dict[str, Any]] = [{"name": "n1", "annotations": self.annotations}, {"name": "n2"}]
            return {"items": [{"metadata": meta, "spec": {}, "status": ready} for meta in metas]}
        key, _, value = labels.partition("=")
        named = self.namespaces.items() if kind == "Namespace" else ()
        return {
            "items": [{"metadata": {"name": n, "labels": ls}} for n, ls in named if not key or ls.get(key) == value]
        }

    def get(
        self, kind: str, name: str, namespace: str | None = None, *, timeout: float | None = None
    ) -> dict[str, Any]:
        if self.silent:
            raise Unanswered("nobody there")
        if (kind, name) == ("Namespace", "kube-system"):
            return {"metadata": {"name": name, "uid": Ours.uid}}
        raise NotFound(f"no {kind} {name}", 404)

    def unreachable(self) -> str:
        return "nobody there" if self.silent else ""

    def healthy(self) -> bool:
        """It is, from when that is asked."""
        self.silent = False
        return True

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        del self.namespaces[name]


class Ours:
    uid = "uid-1"


def engine(site: Site) -> Any:
    return site.cluster.engine


def kinds(site: Site, *journals: Path, run: str = "") -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in leftovers.find(site, journals, run)]
