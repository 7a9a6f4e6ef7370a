"""Creating a cluster: images, nodes, their network, the agent's image; and explaining the cause when it fails."""

from __future__ import annotations

import contextlib
import platform
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kubeskeptic.clusters import addons as addons_of
from kubeskeptic.clusters import agents, cluster, delete_guard, health, kind, machine, network, node_source, options
from kubeskeptic.clusters.addons import Addon
from kubeskeptic.clusters.builds import node_image
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.cluster import Cluster, Record
from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import NodeSource
from kubeskeptic.clusters.steps import Progress
from kubeskeptic.errors import CommandFailed, MissingRequirement, SkepticError


def make(
    builder: Builder,
    engine: Engine,
    name: str,
    source: NodeSource,
    made: Mapping[str, str],
    wanted_addons: Sequence[Addon] | None,
) -> Cluster:
    """Create a cluster, after deleting what is left of an older one with its name.

    :param made: all its options, see :func:`~kubeskeptic.clusters.options.completed`
    :param wanted_addons: addons to build beside the node image; None for those that node images contain
    """
    names = cluster.node_names(name, int(made["workers"]))
    cgroups = str(engine.info().get("CgroupVersion"))
    tool = kind.provide(builder, engine, cgroups=cgroups)
    source = node_source.by_digest(source, tool.pinned())
    config = kind.render(
        options.configuration(made),
        own_network=source.built,
        cgroups=cgroups,
        version=source.version,
        profile=made["profile"],
        proxy_mode=made["proxy mode"],
    )
    if source.built and source.version:
        builder.progress.expect(_title(name), _seconds(names))
        node_image.expect(builder, engine, source.version)
    beside = addons_of.tasks(builder, addons_of.needed(wanted_addons, built=source.built))
    node_source.provide(source, builder, engine, beside)
    if not source.built:
        agents.prepare(builder, engine)
    _make_room(engine, tool, name, names, builder.progress)
    with builder.progress.step(_title(name), _seconds(names)) as step, _explained(tool, engine, name, step.note):
        creating = partial(tool.create, name, cluster.kubeconfig(name), config, source.argument, step)
        agent_image = _create(builder, engine, source, names, creating)
        health.wait_until_ready(engine, names[0])
    version = engine.exec(names[0], ["cat", "/kind/version"]).strip()
    return noted(engine, name, Record(version, source.image, agent_image, dict(made)))


def _make_room(engine: Engine, tool: kind.Kind, name: str, names: tuple[str, ...], progress: Progress) -> None:
    """Delete what is left of an older cluster, and create the folder of the new one.

    :raises MissingRequirement: when the nodes would not fit on this machine
    """
    if engine.nodes(name):
        # checked again, as providing images may have taken a quarter of an hour
        delete_guard.may_delete(name, "it is to be recreated")
        tool.delete(name, cluster.kubeconfig(name))
    if engine.info().get("KernelVersion") == platform.release():  # otherwise its nodes are on another machine
        _require_inotify(len(names), progress)
    cluster.forget(name, deleted=True)
    cluster.folder(name).mkdir(parents=True, mode=0o700)


def noted(engine: Engine, name: str, record: Record) -> Cluster:
    """Save a cluster's record, and return the cluster."""
    cluster.write_record(name, record)
    return cluster.assemble(name, engine, engine.nodes(name), record)


def _create(
    builder: Builder, engine: Engine, source: NodeSource, names: tuple[str, ...], create: Callable[[], None]
) -> str:
    """Create the cluster with kind, meanwhile configure our network and load the agent's image; return the image's name."""
    if not source.built:
        create()
        return agents.load(builder, engine, names, built=False)
    given_up = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        loaded = pool.submit(agents.load, builder, engine, names, built=True)
        # the control plane becomes Ready first and so gets the cluster's name servers, as with kind's own network
        first = pool.submit(network.configure, engine, names[0], 1, given_up=given_up)
        try:
            create()
        except BaseException:
            given_up.set()
            raise
        first.result()
        network.configure(engine, names[0], len(names))
        return loaded.result()


def _require_inotify(nodes: int, progress: Progress) -> None:
    """Raise MissingRequirement if the cluster would run out of inotify instances; only warn if usage cannot be counted."""
    seen = machine.look()
    shortage = machine.inotify_shortage(seen, nodes)
    if shortage and seen.nodes_seen:
        raise MissingRequirement(shortage)
    if shortage:
        progress.say(f"perhaps too little: {shortage}")


@contextlib.contextmanager
def _explained(tool: kind.Kind, engine: Engine, name: str, note: Callable[[str], None]) -> Iterator[None]:
    """On failure, collect the nodes' logs before they are deleted, and look in their consoles for missing requirements.

    :raises MissingRequirement: when a node's console, which kind does not read, shows what is missing
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
