"""Bringing clusters up and down, again and again with the same outcome."""

from __future__ import annotations

import contextlib
import platform
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from kubeskeptic.clusters import (
    agents,
    cluster,
    delete_guard,
    engine_install,
    health,
    kind,
    machine,
    network,
    node_source,
)
from kubeskeptic.clusters.builds import node_image
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.cluster import Cluster, Record
from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import DEFAULT_VERSION, NodeSource
from kubeskeptic.clusters.steps import Say, quiet
from kubeskeptic.clusters.store import alone
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement, SkepticError

DEFAULT_NAME = "kubeskeptic"
DEFAULT_WORKERS = 3


def up(
    name: str = DEFAULT_NAME,
    kubernetes: str = DEFAULT_VERSION,
    workers: int = DEFAULT_WORKERS,
    *,
    images: str = "auto",
    progress: Say = quiet,
) -> Cluster:
    """Have a healthy cluster of ours: the one that is there, or a new one. Engine and images are provided on the way.

    One that is there and not as it should be is deleted and made anew, when it is ours and nobody uses it.

    :param kubernetes: version, such as ``v1.37.2``
    :param images: where images come from: ``build``, ``pull`` or ``auto``
    :param progress: takes one line at a time
    :raises MissingRequirement: when the machine lacks something; says what to do
    :raises CommandFailed: when a step failed; says where its log is
    :raises Refused: when it would have to be deleted, and is another's or in use; nothing was touched
    """
    cluster.check_name(name)
    if not 1 <= workers <= 20:
        raise BadInput(f"a cluster of ours has 1 to 20 workers, not {workers}")
    workshop = Workshop(progress)
    engine = engine_install.provide(workshop.store, workshop.progress)
    with alone(cluster.lock(name), say=progress, why=f"cluster {name}"):
        source = node_source.choose(engine, kubernetes, images)
        names = cluster.node_names(name, workers)
        wrong = _trouble(engine, name, names, source)
        if wrong is None:
            progress(f"cluster {name} is there and healthy")
            agent_image = agents.load(workshop, engine, names, built=source.built)
        else:
            if engine.nodes(name):
                delete_guard.may_delete(name, wrong)
            progress(f"cluster {name} is made anew: {wrong}")
            agent_image = _make(workshop, engine, name, names, source)
        version = engine.exec(names[0], ["cat", "/kind/version"]).strip()
        record = Record(version, source.image, agent_image)
        cluster.write_record(name, record)
        return cluster.assemble(name, engine, engine.nodes(name), record)


def find(name: str = DEFAULT_NAME) -> Cluster | None:
    """The cluster of ours with this name, when all its nodes run; nothing is touched, started or built.

    :raises BadInput: when its record is damaged
    """
    cluster.check_name(name)
    workshop = Workshop(quiet)
    engine, record = engine_install.find(workshop.store), cluster.read_record(name)
    if engine is None or record is None or not cluster.kubeconfig(name).exists():
        return None
    containers = engine.nodes(name)
    if not containers or any(container.state != "running" for container in containers):
        return None
    return cluster.assemble(name, engine, containers, record)


def down(name: str = DEFAULT_NAME, *, engine: bool = False, progress: Say = quiet) -> None:
    """Delete a cluster of ours; fine when there is none.

    :param engine: also stop the engine that we started, whatever else is in it
    :raises Refused: when the cluster is another's, or it or one that would stop with the engine is in use; nothing was touched
    """
    cluster.check_name(name)
    workshop = Workshop(progress)
    running = engine_install.find(workshop.store)
    with alone(cluster.lock(name), say=progress, why=f"cluster {name}"):
        there = bool(running and running.nodes(name))
        if there:
            delete_guard.may_delete(name, "as asked")
        if engine and running and running.own:
            delete_guard.may_stop(running)
        if running and there:
            kind.provide(workshop, running).delete(name, cluster.kubeconfig(name))
        cluster.forget(name, deleted=running is not None)
    if engine:
        engine_install.stop()


def load_agent_image(target: Cluster, *, progress: Say = quiet) -> str:
    """Bring the image of the agent's present sources into all nodes and return its name; quick when they have it."""
    built = target.image.startswith(f"{node_image.REPOSITORY}:")
    names = [node.name for node in target.nodes]
    return agents.load(Workshop(progress), target.engine, names, built=built)


def _trouble(engine: Engine, name: str, names: tuple[str, ...], source: NodeSource) -> str | None:
    if not engine.nodes(name):
        return "there is none"
    try:
        record = cluster.read_record(name)
    except BadInput:
        return "its record is damaged"
    if record is None or not cluster.kubeconfig(name).exists():
        return "it was never finished"
    if record.image != source.image:
        return "its nodes are of another image"
    return health.trouble(engine, name, names, source.version)


def _make(workshop: Workshop, engine: Engine, name: str, names: tuple[str, ...], source: NodeSource) -> str:
    if source.built and source.version:
        workshop.progress.expect(_title(name), _seconds(names))
        node_image.expect(workshop, engine, source.version)
    tool = kind.provide(workshop, engine)
    node_source.provide(source, workshop, engine)
    if engine.nodes(name):
        delete_guard.may_delete(
            name, "it is made anew"
        )  # again, as providing images may have taken a quarter of an hour
        tool.delete(name, cluster.kubeconfig(name))
    if engine.info().get("KernelVersion") == platform.release():  # else its nodes are on another machine
        _require_inotify(len(names))
    cluster.forget(name, deleted=True)
    cluster.folder(name).mkdir(parents=True, mode=0o700)
    cgroups = str(engine.info().get("CgroupVersion"))
    config = kind.configuration(len(names) - 1, own_network=source.built, cgroups=cgroups)
    with workshop.progress.step(_title(name), _seconds(names)) as step, _explained(tool, engine, name, step.note):
        agent_image = _create(
            workshop,
            engine,
            source,
            names,
            lambda: tool.create(name, cluster.kubeconfig(name), config, source.argument, step),
        )
        health.wait_until_ready(engine, names[0])
    return agent_image


def _create(
    workshop: Workshop, engine: Engine, source: NodeSource, names: tuple[str, ...], create: Callable[[], None]
) -> str:
    """Let kind make the cluster and, while it waits for other things, give nodes what is ours. Returns the agent's image."""
    if not source.built:
        create()
        return agents.load(workshop, engine, names, built=False)
    given_up = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        loaded = pool.submit(agents.load, workshop, engine, names, built=True)
        # Ready before all others, the control plane gets the cluster's name servers, as with kind's own network
        first = pool.submit(network.configure, engine, names[0], 1, given_up=given_up)
        try:
            create()
        except BaseException:
            given_up.set()
            raise
        first.result()
        network.configure(engine, names[0], len(names))
        return loaded.result()


def _require_inotify(nodes: int) -> None:
    shortage = machine.inotify_shortage(machine.look(), nodes)
    if shortage:
        raise MissingRequirement(shortage)


@contextlib.contextmanager
def _explained(tool: kind.Kind, engine: Engine, name: str, note: Callable[[str], None]) -> Iterator[None]:
    """On failure, collect the nodes' logs before anybody deletes them, and look for what they lack.

    :raises MissingRequirement: when a node's console says what is missing, which kind does not see
    """
    try:
        yield
    except SkepticError as error:
        place = cluster.folder(name) / "logs"
        with contextlib.suppress(CommandFailed):
            tool.export_logs(name, place)
            note(f"the nodes' logs are in {place}")
        with contextlib.suppress(CommandFailed):
            lacking = missing_in("\n".join(engine.said(node.name) for node in engine.nodes(name)))
            if lacking:
                raise MissingRequirement(f"a node did not start: {lacking}") from error
        raise


def _title(name: str) -> str:
    return f"cluster {name}"


def _seconds(names: tuple[str, ...]) -> float:
    return 10.0 + 5.0 * len(names)
