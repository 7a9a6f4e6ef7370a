"""The node image: a root file system, Kubernetes' programs, and all images of a cluster already in containerd.

It is made the way kind makes its own: containerd runs once in a container of the image and imports the images; then the
container is committed. Images are unpacked here once, not in every node at every start.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters.builds import addon_images, components, golang, pod_images, roots
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder, Task, carry_out, if_possible
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.engine import Engine, take_in
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe, alone
from kubeskeptic.durations import COMMAND, IMAGE
from kubeskeptic.errors import CommandFailed, SkepticError
from kubeskeptic.waiting import NotYet, until

BUILDING = "kubeskeptic-build-"
"""Prefix of the names of build containers. A label would be committed into the image, and from there into every node."""
IN_NODE = ("kubeadm", "kubelet", "kubectl")
FROM_CONTAINERD = ("containerd", "containerd-shim-runc-v2", "ctr")
SCRIPTS = ("entrypoint", "kubelet-cgroups", "kubeskeptic-network", "settle-images")
STARTS = (
    'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]',
    "CMD []",
    "ENV container=docker",
    "STOPSIGNAL SIGRTMIN+3",
)
SECONDS = 40.0
REPOSITORY = "kubeskeptic/node"


def sources() -> Path:
    """Return the folder with the source files of the node image."""
    return paths.shipped() / "images/node"


def recipe(version: str) -> Recipe:
    """Return the recipe of the node image of a Kubernetes version."""
    files = sorted(path for path in sources().rglob("*") if path.is_file())
    written = [f"{path.relative_to(sources())}\n{path.read_text(encoding='utf-8')}" for path in files]
    parts = _parts(version)
    digests = (*(part.recipe.digest for part in parts), roots.NODE_ROOT.digest, AgentImage.base_recipe().digest)
    return Recipe("node", version, (*written, *digests, *roots.FIREWALL_PACKAGES, "2"))


def _parts(version: str) -> tuple[GoBuild, ...]:
    return (components.kubernetes(version), *components.OF_EVERY_NODE, *components.OPTIONAL)


def tag(version: str) -> str:
    """Return the node image's tag in the engine."""
    made = recipe(version)
    return f"{REPOSITORY}:{made.version}-{made.digest}"


def expect(builder: Builder, engine: Engine, version: str) -> None:
    """Announce what must be built for a version, so that the time left is known from the start."""
    if engine.has_image(tag(version)):
        return
    for build in _parts(version):
        builder.expect(build.recipe, build.seconds)
    builder.expect(roots.NODE_ROOT, roots.NODE_ROOT_SECONDS)
    builder.progress.expect(f"node image {version}", SECONDS)


def provide(builder: Builder, engine: Engine, version: str, beside: Sequence[Task] = ()) -> str:
    """Return the tag of the node image, which is built if the engine does not have it.

    :param beside: other tasks to carry out at the same time
    """
    wanted = tag(version)
    lacking = not engine.has_image(wanted)
    # each part has its own lock, so that a version whose parts exist does not wait for another version's compilers
    carry_out([*(ahead(builder, version) if lacking else ()), *beside])
    if lacking:
        with alone(paths.cache() / "builds" / ".node-image.lock", say=builder.progress.say, why=wanted):
            if not engine.has_image(wanted):
                _build(builder, engine, version, wanted)
                _forget_older(engine, wanted)
    builder.progress.forget(f"node image {version}")
    return wanted


def ahead(builder: Builder, version: str) -> list[Task]:
    """Return tasks for the independent parts of a node image, the longest first."""
    kubernetes = components.kubernetes(version)
    asked_for = Task(lambda: _asked_for(builder, kubernetes), builder.go_all)
    roots_of = [Task(builder.node_root), Task(AgentImage(builder).base)]
    needed = [builder.task(build) for build in components.OF_EVERY_NODE]
    optional = [if_possible(builder.task(build)) for build in components.OPTIONAL]
    return [builder.task(kubernetes), asked_for, *roots_of, *optional, *needed]


def _asked_for(builder: Builder, kubernetes: GoBuild) -> list[GoBuild]:
    """Download the modules of CoreDNS and etcd for a Kubernetes version; return both builds, none if its source lacks them."""
    source = Path(golang.downloaded(kubernetes.module, kubernetes.version)["Dir"])
    constants = source / "cmd/kubeadm/app/constants/constants.go"
    tags = components.named_in(constants.read_text(encoding="utf-8")) if constants.exists() else {}
    builds = components.asked_for(tags)
    for build in builds:
        builder.fetch(build)
    return builds


def _build(builder: Builder, engine: Engine, version: str, wanted: str) -> None:
    for left in engine.named(BUILDING):
        engine.remove(left.name)
    kubernetes = builder.go(components.kubernetes(version))
    sandbox = pod_images.asked_by(kubernetes / "kubeadm", version)["pause"].reference
    archives = pod_images.of_kubernetes(builder, version)
    provisioner, provisioner_archive = pod_images.provisioner(builder)
    shell, shell_archive = pod_images.busybox(builder)
    archives += [provisioner_archive, shell_archive, AgentImage(builder).base(), *_addons(builder)]
    root, plugins = builder.node_root(), builder.go(components.plugins())
    with builder.progress.step(f"node image {version}", SECONDS) as step, tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        _lay_out(files, kubernetes, plugins, version)
        builder.new_packages.unpack(["containerd"], files / ".apart", step)
        for name in FROM_CONTAINERD:
            (files / ".apart/usr/bin" / name).rename(files / "usr/bin" / name)
        shutil.rmtree(files / ".apart")
        fill_in(files, {"@SANDBOX@": sandbox, "@PROVISIONER@": provisioner, "@SHELL@": shell})
        with _container(engine, root) as container:
            engine.copy(files, container, "/")
            engine.exec(container, ["systemctl", "enable", "containerd", "kubelet", "kubeskeptic-network"])
            _take_in(engine, container, archives, step)
            engine.commit(container, wanted, STARTS)


def _addons(builder: Builder) -> list[Path]:
    """Return the images of addons in every cluster; an image that cannot be built here is omitted and reported."""
    archives = []
    for make in (addon_images.kube_router, addon_images.metrics_server):
        try:
            archives.append(make(builder)[1])
        except SkepticError as failed:
            builder.progress.say(f"left out of the node image: {failed}")
    return archives


def _forget_older(engine: Engine, wanted: str) -> None:
    """Remove images of the same version from older recipes, a gigabyte each, unless nodes still use them."""
    version = wanted.rpartition("-")[0]
    for each in engine.tags(REPOSITORY):
        if each.startswith(f"{version}-") and each != wanted:
            with suppress(CommandFailed):
                engine.remove_image(each)


def _lay_out(files: Path, kubernetes: Path, plugins: Path, version: str) -> None:
    """Copy everything that is added to the root file system to its place."""
    places = {
        **{f"usr/local/bin/{name}": sources() / name for name in SCRIPTS},
        "etc/containerd/config.toml": sources() / "containerd.toml",
        "etc/systemd/journald.conf.d/node.conf": sources() / "journald.conf",
        **{f"etc/systemd/system/{unit.name}": unit for unit in (sources() / "systemd").iterdir()},
        **{f"kind/manifests/{manifest.name}": manifest for manifest in (sources() / "manifests").iterdir()},
        **{f"usr/bin/{name}": kubernetes / name for name in IN_NODE},
        **{f"opt/cni/bin/{plugin.name}": plugin for plugin in plugins.iterdir()},
    }
    for place, source in places.items():
        target = files / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    (files / "etc/kubernetes/manifests").mkdir(parents=True)  # without it, the kubelet complains every second
    (files / "kind/version").write_text(version, encoding="utf-8")


def fill_in(files: Path, values: dict[str, str]) -> None:
    """Replace the placeholders in configuration and manifests."""
    for place in ("etc/containerd/config.toml", "kind/manifests/default-storage.yaml"):
        text = (files / place).read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        (files / place).write_text(text, encoding="utf-8")


@contextmanager
def _container(engine: Engine, root: Path) -> Iterator[str]:
    """Yield a running container of the root file system, removed at the end."""
    image = f"kubeskeptic/node-root:{roots.NODE_ROOT.digest}"
    if not engine.has_image(image):
        engine.import_root(root, image)
    # the volume is on a plain file system: the overlay that unpacking needs cannot be on another overlay
    container = engine.run(
        "--privileged", "--network", "none", "--tmpfs", "/run", "--tmpfs", "/tmp",  # noqa: S108 (the container's)
        "--volume", "/preload",
        "--name", f"{BUILDING}{secrets.token_hex(4)}", "--entrypoint", "sleep", image, "infinity",
    )  # fmt: skip
    try:
        yield container
    finally:
        engine.remove(container)


def _take_in(engine: Engine, container: str, archives: list[Path], step: Step) -> None:
    """Import images into a build container's containerd, unpacked."""
    engine.exec_in_background(container, ["containerd", "--root", "/preload"])
    until(
        lambda: engine.exec(container, ["ctr", "version"]), COMMAND, what="containerd in the build container",
        tolerate=(CommandFailed,),
    )  # fmt: skip
    for archive in archives:
        # nodes need only the unpacked layers, and everything in this image is copied for each node
        take_in(engine, container, archive, step, "--local", "--discard-unpacked-layers")
    engine.exec(container, ["pkill", "-x", "containerd"])

    def ended() -> bool | NotYet:
        """Return whether containerd has ended."""
        return not _runs(engine, container) or NotYet("still running")

    until(ended, COMMAND, what="containerd to end in the build container")
    engine.exec(container, ["/usr/local/bin/settle-images", "/preload"], patience=IMAGE)


def _runs(engine: Engine, container: str) -> bool:
    try:
        return bool(engine.exec(container, ["pidof", "containerd"]).strip())
    except CommandFailed:
        return False
