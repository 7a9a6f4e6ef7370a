"""A cluster as the rest of the library sees it, and the files that describe it on this machine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters.engine import ROLE_LABEL, Container, Engine
from kubeskeptic.configuration import DEFAULT_CLUSTER
from kubeskeptic.errors import BadInput, Untestable

CONTROL_PLANE = "control-plane"
WORKER = "worker"
CONFIGURATION = "kind.yaml"


@dataclass(frozen=True)
class Node:
    """A node of a cluster. With kind its name is also the name of its container.

    :param role: ``control-plane`` or ``worker``
    """

    name: str
    role: str


@dataclass(frozen=True)
class Cluster:
    """A kind cluster of our own, or one that was adopted.

    :param provider: ``kind`` for our own, ``adopted`` for others
    :param context: name of the context in the kubeconfig
    :param kubernetes: version, such as ``v1.37.2``
    :param image: tag of the node image in the engine
    :param agent_image: image of the agent, present on every node
    :param engine: the engine that runs the nodes as containers
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
    def kind_name(self) -> str:
        """The name that kind and the engine's labels use, if kind created the cluster."""
        return self.context.removeprefix("kind-")

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
    """The record saved beside a cluster's kubeconfig when it is created.

    :param options: its options at creation, by the names of :data:`~kubeskeptic.clusters.options.DEFAULTS`
    :param mixed: whether its kubelets may have two versions: an upgrade is unfinished, or was asked to leave a node behind
    """

    kubernetes: str
    image: str
    agent_image: str
    options: Mapping[str, str] = field(default_factory=dict)
    mixed: bool = False


def no_cluster(*names: str) -> Untestable:
    """Return the error for clusters of ours with these names that do not exist or are not healthy."""
    made = (f"`skeptic up{'' if name == DEFAULT_CLUSTER else f' --name {name}'}`" for name in names)
    return Untestable(f"no healthy cluster {' or '.join(names)} on this machine; first run {', '.join(made)}")


def check_name(name: str) -> str:
    """Return the name unchanged when it is valid.

    :raises BadInput: when the name is not valid for containers
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", name):
        raise BadInput(
            f"“{name}” is not a valid cluster name; use at most 40 lowercase letters, digits and inner dashes"
        )
    return name


def folder(name: str) -> Path:
    """Return the folder of a cluster's kubeconfig and record."""
    return paths.state() / "clusters" / name


def lock(name: str) -> Path:
    """Return the lock file that a process holds while it creates or deletes the cluster."""
    return paths.state() / "clusters" / f".{name}.lock"


def kubeconfig(name: str) -> Path:
    """Return the path of the cluster's kubeconfig, which only its owner can read."""
    return folder(name) / "kubeconfig"


def context(name: str) -> str:
    """Return the name of the context that kind creates."""
    return f"kind-{name}"


def configuration(name: str) -> Path:
    """Return the path of kind's configuration, which is created before the first node and removed after the last."""
    return folder(name) / CONFIGURATION


def begun(name: str) -> bool:
    """Return whether a cluster with this name is ours: ``skeptic up`` began to create it, whether it finished or not."""
    return configuration(name).exists()


def all_begun() -> list[str]:
    """Return the names of all clusters for which :func:`begun` is true."""
    return sorted(place.parent.name for place in (paths.state() / "clusters").glob(f"*/{CONFIGURATION}"))


def node_names(name: str, workers: int) -> tuple[str, ...]:
    """Return the names that kind gives to the nodes of a cluster with one control plane."""
    numbers = ("" if number == 1 else str(number) for number in range(1, workers + 1))
    return (f"{name}-control-plane", *(f"{name}-worker{number}" for number in numbers))


def write_record(name: str, record: Record) -> None:
    """Save the record of a cluster, atomically: a reader finds the old one or the new one."""
    text = json.dumps(asdict(record))
    unfinished = _record(name).with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(_record(name))


def read_record(name: str) -> Record | None:
    """Return the saved record, or None when none exists.

    :raises BadInput: when it is damaged
    """
    try:
        return Record(**json.loads(_record(name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as torn:
        raise BadInput(
            f"the record of cluster {name} at {_record(name)} is damaged; `skeptic up --name {name}` recreates the cluster"
        ) from torn


def forget(name: str, *, deleted: bool) -> None:
    """Remove the files of a cluster. Files that do not exist are no error.

    :param deleted: whether its nodes are gone; otherwise the mark of ownership is kept, as the nodes may come back
    """
    if deleted:
        shutil.rmtree(folder(name), ignore_errors=True)
        return
    for file in (_record(name), kubeconfig(name)):
        file.unlink(missing_ok=True)


def _record(name: str) -> Path:
    return folder(name) / "cluster.json"


def assemble(name: str, engine: Engine, containers: list[Container], record: Record) -> Cluster:
    """Return the cluster that consists of these containers."""
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
