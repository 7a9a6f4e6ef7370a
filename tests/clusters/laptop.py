"""A machine with Docker and kind on paper."""

from __future__ import annotations

import json
from pathlib import Path

from kubeskeptic.clusters import agents, cluster
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.engine import CLUSTER_LABEL, ROLE_LABEL
from kubeskeptic.clusters.steps import quiet
from tests.clusters.fakes import FakeProgram, listed
from tests.clusters.test_health import deployments
from tests.clusters.test_health import nodes as listed_nodes

NODES = ("c-control-plane", "c-worker")


class Laptop:
    """A machine with an engine, kind and a registry; no cluster yet."""

    def __init__(self, folder: Path) -> None:
        self.docker = FakeProgram(folder)
        self.kind = FakeProgram(folder, "kind")
        self.docker.answer("info", out=json.dumps({"ServerVersion": "28", "CgroupVersion": "2"}))
        self.docker.answer("pull", out="3.11-slim: Pulling from library/python\n")
        self.docker.answer("exec", NODES[0], "cat", "/kind/version", out="v1.37.0\n")
        kubectl = ("exec", NODES[0], "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get")
        self.docker.answer(*kubectl, "nodes", out=listed_nodes(version="v1.37.0"))
        self.docker.answer(*kubectl, "deployments", out=deployments())
        self.docker.answer("save", writes=str(agents.unfinished(AgentImage(Builder(quiet)).reference)))
        self.kind.answer("version", out="kind v0.33.0 go1.27.2 linux/amd64\n")
        self.kind.answer("create", writes=str(cluster.kubeconfig("c")))
        # every node has the agent's image, so loading it is one question each
        self.docker.answer("exec", NODES[0], "ctr", out=AgentImage(Builder(quiet)).reference)
        self.docker.answer("exec", NODES[1], "ctr", out=AgentImage(Builder(quiet)).reference)

    def has_nodes(self, *states: str) -> None:
        labels = [{CLUSTER_LABEL: "c", ROLE_LABEL: role} for role in ("control-plane", "worker")]
        rows = [listed(name, state, **label) for name, state, label in zip(NODES, states, labels, strict=False)]
        self.docker.answer("ps", out="".join(rows))

    def made(self) -> list[list[str]]:
        """What kind was asked for, apart from its version."""
        return [call for call in self.kind.calls if call[0] != "version"]


def begin(name: str) -> None:
    """As `up` does before kind makes the first node."""
    cluster.folder(name).mkdir(parents=True)
    cluster.configuration(name).write_text("kind: Cluster\n")
