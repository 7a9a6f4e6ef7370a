"""Addons: components that run in a cluster and are not part of Kubernetes. They are built once and set up when needed.

An addon whose manifest comes with a scenario (``redis``) has only images. The others::

    Go module, Debian packages, wheel ─▶ image archives ─▶ containerd of every node ─▶ manifests/addons/NAME.yaml ─▶ ready
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from string import Template

from kubeskeptic import paths
from kubeskeptic.clusters import network
from kubeskeptic.clusters.builds import addon_images, components
from kubeskeptic.clusters.builds.addon_images import Image
from kubeskeptic.clusters.builds.builder import Builder, Task, if_possible
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.cluster import Cluster
from kubeskeptic.clusters.engine import images_of, take_in
from kubeskeptic.clusters.network import KUBECTL
from kubeskeptic.clusters.steps import Say, quiet
from kubeskeptic.durations import ADDON_READY, CLUSTER_READY
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement


@dataclass(frozen=True)
class Addon:
    """A component that can be set up in a cluster of ours.

    :param images: placeholder in the manifest → function that makes the image
    :param builds: the Go modules from which its images are built
    :param definitions: pattern of the first module's files with CustomResourceDefinitions
    :param ready: namespace and name of each workload that must be ready; empty for images without a manifest
    :param from_start: whether ``skeptic up`` sets it up by default, and node images contain it
    :param in_kinds_network: whether kind's own network, which nodes from pulled images have, provides the same function
    """

    name: str
    images: Mapping[str, Callable[[Builder], Image]]
    builds: tuple[GoBuild, ...] = ()
    definitions: str = ""
    ready: tuple[tuple[str, str], ...] = field(default=())
    from_start: bool = False
    in_kinds_network: bool = False


ADDONS = {
    addon.name: addon
    for addon in (
        Addon(
            "network-policy",
            {"KUBE_ROUTER_IMAGE": addon_images.kube_router},
            (components.kube_router(),),
            ready=(("kube-system", "daemonset/kube-router"),),
            from_start=True,
            in_kinds_network=True,
        ),
        Addon(
            "metrics-server",
            {"METRICS_SERVER_IMAGE": addon_images.metrics_server},
            (components.metrics_server(),),
            ready=(("kube-system", "deployment/metrics-server"),),
            from_start=True,
        ),
        Addon("redis", {"REDIS_IMAGE": addon_images.redis}),
        Addon(
            "metallb",
            {
                "CONTROLLER_IMAGE": lambda builder: addon_images.metallb(builder, "controller"),
                "SPEAKER_IMAGE": lambda builder: addon_images.metallb(builder, "speaker"),
            },
            (components.metallb(),),
            "config/crd/bases/*.yaml",
            ready=(("metallb-system", "deployment/controller"), ("metallb-system", "daemonset/speaker")),
        ),
        Addon(
            "contour",
            {"CONTOUR_IMAGE": addon_images.contour, "ENVOY_IMAGE": addon_images.envoy},
            (components.contour(),),
            "examples/contour/01-crds.yaml",
            ready=(("projectcontour", "deployment/contour"), ("projectcontour", "daemonset/envoy")),
        ),
    )
}


def chosen(names: str) -> list[Addon]:
    """Return the addons in a list such as ``metrics-server,metallb``; ``all`` and ``none`` are also valid.

    :raises BadInput: when an addon does not exist; lists the existing ones
    """
    if names in ("all", "none"):
        return list(ADDONS.values()) if names == "all" else []
    wanted = [name.strip() for name in names.split(",")]
    unknown = [name for name in wanted if name not in ADDONS]
    if unknown:
        raise BadInput(
            f"unknown addon {', '.join(f'“{one}”' for one in unknown)}; choose from {', '.join(ADDONS)}, all, none"
        )
    return [ADDONS[name] for name in wanted]


def needed(wanted: Sequence[Addon] | None, *, built: bool) -> list[Addon]:
    """Return which of these addons must be set up; for None, those that run from the start.

    :param built: whether the node image was built here, and so has our own network
    """
    if wanted is None:
        return [addon for addon in ADDONS.values() if addon.from_start and built]
    return [addon for addon in wanted if built or not addon.in_kinds_network]


def images(builder: Builder, addon: Addon) -> dict[str, Image]:
    """Return an addon's images by placeholder, building those that the store lacks.

    :raises MissingRequirement: when this machine cannot build them
    """
    return {placeholder: make(builder) for placeholder, make in addon.images.items()}


def tasks(builder: Builder, wanted: Sequence[Addon]) -> list[Task]:
    """Return the tasks that make the images of addons. A failed build raises no error until its image is needed."""

    def fetch(addon: Addon) -> None:
        """Download the sources of an addon's programs."""
        for build in addon.builds:
            builder.fetch(build)

    def make(addon: Addon, _: object) -> None:
        """Build an addon's images."""
        images(builder, addon)

    return [if_possible(Task(partial(fetch, addon), partial(make, addon))) for addon in wanted]


def load_addon(target: Cluster, name: str, *, progress: Say = quiet) -> dict[str, str]:
    """Set up an addon in a cluster and wait until it is ready. An addon that already runs is no error.

    :returns: the names of its images by their placeholders in manifests, such as ``REDIS_IMAGE``
    :raises MissingRequirement: when this machine cannot build it
    :raises CommandFailed: when it does not become ready, with kubectl's own words
    """
    (addon,) = chosen(name)
    builder = Builder(progress)
    made = images(builder, addon)
    references = {placeholder: reference for placeholder, (reference, _) in made.items()}
    _into_nodes(builder, target, addon.name, list(made.values()))
    if addon.ready:
        if text := _definitions(builder, addon):  # separately: kubectl sends no object of a kind not served yet
            _apply(target, text)
            _kubectl(
                target, "wait", "--for=condition=Established", f"--timeout={ADDON_READY:.0f}s", "-f", "-", stdin=text
            )
        _apply(target, manifest(builder, target, addon, references))
        wait_until_ready(target, addon)
    return references


def wait_until_ready(target: Cluster, addon: Addon) -> None:
    """Wait until all pods of an addon are ready.

    :raises CommandFailed: naming the workload that is not ready, with the end of its log
    """
    for namespace, what in addon.ready:
        try:
            _kubectl(target, "rollout", "status", "--namespace", namespace, what, f"--timeout={ADDON_READY:.0f}s")
        except CommandFailed as failed:
            log = _log(target, namespace, what)
            raise CommandFailed(failed.command, failed.status, f"{failed.output}\n{log}") from failed


def _log(target: Cluster, namespace: str, what: str) -> str:
    """Return the end of a workload's log, empty when there is none."""
    try:
        return _kubectl(target, "logs", "--namespace", namespace, what, "--tail=5")
    except CommandFailed:
        return ""


def manifest(builder: Builder, target: Cluster, addon: Addon, references: Mapping[str, str]) -> str:
    """Return the YAML to apply: the definitions of the addon's own API, then its objects, with every placeholder replaced."""
    template = Template((paths.shipped() / f"manifests/addons/{addon.name}.yaml").read_text(encoding="utf-8"))
    wanted = set(template.get_identifiers())
    facts = {name: find(target) for name, find in _FACTS.items() if name in wanted}
    objects = template.safe_substitute(references, **facts)
    definitions = _definitions(builder, addon)
    return f"{definitions}\n---\n{objects}" if definitions else objects


def _definitions(builder: Builder, addon: Addon) -> str:
    """Return the CustomResourceDefinitions of the addon's own API as YAML; empty when it has none."""
    return addon_images.definitions(builder, addon.builds[0], addon.definitions) if addon.definitions else ""


def _apply(target: Cluster, text: str) -> None:
    _kubectl(
        target, "apply", "--server-side", "--force-conflicts", "--field-manager=kubeskeptic", "-f", "-", stdin=text
    )


def _into_nodes(builder: Builder, target: Cluster, title: str, wanted: list[Image]) -> None:
    """Import images into the nodes that lack them."""
    nodes = [node.name for node in target.nodes]
    with builder.progress.step(f"{title} into the nodes", 3) as step, ThreadPoolExecutor(len(nodes)) as pool:

        def import_missing(node: str) -> None:
            """Import the images that one node lacks."""
            there = images_of(target.engine, node)
            for reference, archive in wanted:
                if reference not in there:
                    take_in(target.engine, node, archive, step)

        list(pool.map(import_missing, nodes))


def _kubectl(target: Cluster, *words: str, stdin: str | None = None) -> str:
    if not target.engine.nodes(target.name):
        raise MissingRequirement(f"addons need a kind cluster whose nodes run on this machine, unlike {target.name}")
    return target.engine.exec(target.control_plane.name, [*KUBECTL, *words], stdin=stdin, patience=CLUSTER_READY)


def _service_range(target: Cluster) -> str:
    """Return the range of Service addresses."""
    return network.service_ranges(json.loads(_kubectl(target, "get", "servicecidrs", "-o", "json")))[0]


def _node_address(target: Cluster) -> str:
    """Return a worker's own address."""
    found = json.loads(_kubectl(target, "get", "node", target.workers[0].name, "-o", "json"))
    return next(str(each["address"]) for each in found["status"]["addresses"] if each["type"] == "InternalIP")


_FACTS: Mapping[str, Callable[[Cluster], str]] = {
    "SERVICE_RANGE": _service_range,
    "NODE_ADDRESS": _node_address,
    "ADDRESSES": lambda target: network.free_addresses(target.engine, target.name),
}
