"""What a cluster is to the rest of the library: a value, with the handle for faults of its nodes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters.engine import ROLE_LABEL, Container, Engine
from kubeskeptic.errors import BadInput

CONTROL_PLANE = "control-plane"
WORKER = "worker"
CONFIGURATION = "kind.yaml"


@dataclass(frozen=True)
class Node:
    """A machine of a cluster. For kind its name is also its container's.

    :param role: ``control-plane`` or ``worker``
    """

    name: str
    role: str


@dataclass(frozen=True)
class Cluster:
    """A kind cluster of our own.

    :param context: the context's name in the kubeconfig
    :param kubernetes: version, such as ``v1.37.2``
    :param image: the node image's tag in the engine
    :param agent_image: the image of the agent that every node has
    :param engine: handle of the engine whose containers the nodes are
    """

    name: str
    context: str
    kubeconfig: Path
    provider: str
    nodes: tuple[Node, ...]
    kubernetes: str
    image: str
    agent_image: str
    engine: Engine

    @property
    def control_plane(self) -> Node:
        """The node with the API server."""
        return next(node for node in self.nodes if node.role == CONTROL_PLANE)

    @property
    def workers(self) -> tuple[Node, ...]:
        """The nodes that run workloads."""
        return tuple(node for node in self.nodes if node.role == WORKER)


@dataclass(frozen=True)
class Record:
    """What is written down about a cluster when it is made, beside its kubeconfig.

    :param options: what it was asked to be, by the names of :data:`~kubeskeptic.clusters.options.DEFAULTS`
    """

    kubernetes: str
    image: str
    agent_image: str
    options: Mapping[str, str] = field(default_factory=dict)


def check_name(name: str) -> str:
    """The name, when it can be one.

    :raises BadInput: when containers could not be called so
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", name):
        raise BadInput(f"{name!r} cannot name a cluster; use at most 40 small letters, digits and inner dashes")
    return name


def folder(name: str) -> Path:
    """Where a cluster's kubeconfig and record are."""
    return paths.state() / "clusters" / name


def lock(name: str) -> Path:
    """Held by whoever makes or deletes the cluster."""
    return paths.state() / "clusters" / f".{name}.lock"


def kubeconfig(name: str) -> Path:
    """The cluster's kubeconfig, readable by its owner alone."""
    return folder(name) / "kubeconfig"


def context(name: str) -> str:
    """What kind calls the cluster's context."""
    return f"kind-{name}"


def configuration(name: str) -> Path:
    """What kind is told to make: written before there is any node, and there until the last one is gone."""
    return folder(name) / CONFIGURATION


def begun(name: str) -> bool:
    """Whether a cluster with this name is ours: whether we began to make one, finished or not."""
    return configuration(name).exists()


def node_names(name: str, workers: int) -> tuple[str, ...]:
    """What kind calls the nodes of a cluster with one control plane."""
    numbers = ("" if number == 1 else str(number) for number in range(1, workers + 1))
    return (f"{name}-control-plane", *(f"{name}-worker{number}" for number in numbers))


def write_record(name: str, record: Record) -> None:
    """Write down what a cluster was made of; whoever reads finds the old record or the new one, never half of one."""
    text = json.dumps(asdict(record))
    unfinished = _record(name).with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(_record(name))


def read_record(name: str) -> Record | None:
    """What was written down, None when nothing was.

    :raises BadInput: when it cannot be read
    """
    try:
        return Record(**json.loads(_record(name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as torn:
        raise BadInput(
            f"the record of cluster {name} at {_record(name)} is damaged; `skeptic up --name {name}` makes the cluster anew"
        ) from torn


def forget(name: str, *, deleted: bool) -> None:
    """Remove what was written down about a cluster; fine when nothing was.

    :param deleted: whether its nodes are gone; of one whose nodes may come back, that it is ours stays known
    """
    if deleted:
        shutil.rmtree(folder(name), ignore_errors=True)
        return
    for file in (_record(name), kubeconfig(name)):
        file.unlink(missing_ok=True)


def _record(name: str) -> Path:
    return folder(name) / "cluster.json"


def assemble(name: str, engine: Engine, containers: list[Container], record: Record) -> Cluster:
    """The value for a cluster whose parts were found."""
    nodes = tuple(Node(container.name, container.labels.get(ROLE_LABEL, WORKER)) for container in containers)
    return Cluster(
        name=name,
        context=context(name),
        kubeconfig=kubeconfig(name),
        provider="kind",
        nodes=nodes,
        kubernetes=record.kubernetes,
        image=record.image,
        agent_image=record.agent_image,
        engine=engine,
    )
