"""The images that kubeadm requires and a few of our own, as archives that containerd can import."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from kubeskeptic import paths, process
from kubeskeptic.clusters.builds import components, roots
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.builds.oci import Start, write_image, write_layer
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe

OURS = "localhost/kubeskeptic"
"""Prefix of image names that no registry is ever asked for."""
Fill = Callable[[Path, Step], None]
IN_BIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def of_kubernetes(builder: Builder, version: str) -> list[Path]:
    """Return the archives of all images that ``kubeadm config images list`` names."""
    programs = builder.go(components.kubernetes(version))
    wanted = asked_by(programs / "kubeadm", version)
    coredns = components.coredns(wanted["coredns"].tag)
    etcd = components.etcd(components.etcd_version(wanted["etcd"].tag))
    names = "/usr/local/bin/coredns"
    archives = [
        _alone(builder, wanted["etcd"].reference, builder.go(etcd) / "etcd", etcd.recipe),
        _alone(builder, wanted["coredns"].reference, builder.go(coredns) / "coredns", coredns.recipe, entry=names),
        pause(builder, wanted["pause"].reference),
    ]
    recipe = components.kubernetes(version).recipe
    for name in components.IN_IMAGES:
        build = _proxy if name == "kube-proxy" else _alone
        archives.append(build(builder, wanted[name].reference, programs / name, recipe))
    return archives


def asked_by(kubeadm: Path, version: str) -> Mapping[str, components.Named]:
    """Return the images that a kubeadm requires for a version, by name."""
    return components.named(process.run([str(kubeadm), "config", "images", "list", "--kubernetes-version", version]))


def provisioner(builder: Builder) -> tuple[str, Path]:
    """Return the name and archive of local-path-provisioner's image."""
    return of_program(builder, components.provisioner(), "local-path-provisioner")


def busybox(builder: Builder) -> tuple[str, Path]:
    """Return the name and archive of an image with a shell, for the provisioner's helper pods."""
    reference = f"{OURS}/busybox:1"

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        roots.unpacked(root, builder.packages, ["busybox-static"], step)
        roots.shell(root)

    recipe = Recipe("image-busybox", "1", (reference, "1"))
    return reference, of_root(builder, recipe, 1, reference, fill, Start(env=IN_BIN))


def pause(builder: Builder, reference: str) -> Path:
    """Return the archive of the image whose process holds a pod's namespaces."""
    source = paths.shipped() / "images/node/pause.go"

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        command = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(root / "pause"), str(source)]
        step.run(command, env={**os.environ, "CGO_ENABLED": "0"}, cwd=root)

    recipe = Recipe("image-pause", reference.rpartition(":")[2], (reference, source.read_text(encoding="utf-8")))
    return of_root(builder, recipe, 3, reference, fill, Start(["/pause"]))


def of_program(builder: Builder, build: GoBuild, program: str) -> tuple[str, Path]:
    """Return the name and archive of an image with one program of a Go module."""
    reference = f"{OURS}/{program}:{build.version}"
    entry = f"/usr/local/bin/{program}"
    return reference, _alone(builder, reference, builder.go(build) / program, build.recipe, entry=entry)


def _alone(builder: Builder, reference: str, program: Path, of: Recipe, *, entry: str = "") -> Path:
    """Return the archive of an image with one static program."""

    def fill(root: Path, _: Step) -> None:
        """Make the root file system of the image."""
        for folder in ("usr/local/bin", "etc", "tmp"):
            (root / folder).mkdir(parents=True)
        (root / "etc/passwd").write_text("root:x:0:0:root:/:/sbin/nologin\n", encoding="utf-8")
        shutil.copy2(program, root / "usr/local/bin")

    start = Start([entry] if entry else [], IN_BIN)
    recipe = Recipe(f"image-{program.name}", of.version, (reference, of.digest, entry, "1"))
    return of_root(builder, recipe, 2, reference, fill, start)


def _proxy(builder: Builder, reference: str, program: Path, of: Recipe) -> Path:
    """Return the archive of kube-proxy's image, with the commands that it calls."""

    def fill(root: Path, step: Step) -> None:
        """Make the root file system of the image."""
        roots.unpacked(root, builder.packages, roots.PROXY_PACKAGES, step)
        roots.shell(root)
        roots.xtables(root)
        (root / "usr/local/bin").mkdir(parents=True, exist_ok=True)
        shutil.copy2(program, root / "usr/local/bin")

    recipe = Recipe("image-kube-proxy", of.version, (reference, of.digest, *roots.PROXY_PACKAGES, "1"))
    return of_root(builder, recipe, 5, reference, fill, Start(env=IN_BIN))


def of_root(builder: Builder, recipe: Recipe, seconds: float, reference: str, fill: Fill, start: Start) -> Path:
    """Return the archive of an image whose root file system ``fill`` makes in an empty folder."""

    def build(into: Path, step: Step) -> None:
        """Make the image's archive."""
        root = into / "root"
        root.mkdir()
        fill(root, step)
        write_image(into / "image.tar", reference, [write_layer(root, into / "layer.tar")], start)
        (into / "layer.tar").unlink()
        shutil.rmtree(root)

    return builder.make(recipe, seconds, build) / "image.tar"
