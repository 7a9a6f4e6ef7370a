"""Debian packages, without changing the machine's own package state.

apt runs with separate sources, lists and cache; the mirror's address and keys come from the machine's configuration.
Packages are unpacked with ``dpkg -x``, never installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import alone
from kubeskeptic.durations import PACKAGES
from kubeskeptic.errors import CommandFailed, MissingRequirement

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_FIELDS = "$(IDENTIFIER)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)"


@dataclass(frozen=True)
class Mirror:
    """The mirror from which the machine gets its Debian packages."""

    address: str
    architecture: str
    triplet: str
    """Folder name of the architecture's libraries, such as ``x86_64-linux-gnu``."""


def mirror() -> Mirror:
    """Return the machine's own mirror.

    :raises MissingRequirement: when this is not Debian, or its apt names no Debian mirror
    """
    try:
        targets = process.run(["apt-get", "indextargets", "--format", _FIELDS])
        architecture = process.run(["dpkg", "--print-architecture"]).strip()
    except (CommandFailed, MissingRequirement) as error:
        raise MissingRequirement(
            f"building without an image registry needs packages of a Debian mirror, but apt does not work here: {error}"
        ) from error
    triplets = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
    if architecture not in triplets:
        raise MissingRequirement(f"node images can be built on {', '.join(triplets)}, not on {architecture}")
    return Mirror(address_in(targets, _codename()), architecture, triplets[architecture])


def address_in(targets: str, codename: str) -> str:
    """Return the address of the suite ``codename`` itself, without its updates and security fixes.

    :param targets: lines of ``identifier|component|release|address``
    """
    for line in targets.splitlines():
        identifier, component, release, address = line.split("|")
        if (identifier, component) == ("Packages", "main") and release in {codename, "stable", "oldstable", "testing"}:
            return address.rstrip("/")
    raise MissingRequirement(
        f"apt's configuration names no mirror for Debian {codename}; add one to /etc/apt and run again"
    )


def _codename() -> str:
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    if fields.get("ID") != "debian":
        raise MissingRequirement(
            "building without an image registry needs a Debian machine; use one, or reach a registry"
        )
    return fields["VERSION_CODENAME"]


class Packages:
    """The packages of one suite, downloaded once.

    :param root: folder for apt's state and the packages
    """

    def __init__(self, root: Path, suite: str, source: Mirror) -> None:
        self.suite = suite
        self.mirror = source
        self._root = root / suite
        self._listed = False

    def fetch(self, names: Sequence[str], step: Step) -> list[Path]:
        """Download packages, without their dependencies, and return their files in the order of ``names``.

        :raises MissingRequirement: when the mirror does not answer or the disk is full
        """
        with alone(self._root / "lock"):
            found = [self._downloaded(name) for name in names]
            if not all(found):
                self._configure()
                missing = [name for name, file in zip(names, found, strict=True) if not file]
                self._download(missing, step)
                found = [self._downloaded(name) for name in names]
        lost = [name for name, file in zip(names, found, strict=True) if not file]
        if lost:
            raise MissingRequirement(f"the mirror's suite {self.suite} has no {', '.join(lost)}")
        return [file for file in found if file]

    def unpack(self, names: Sequence[str], target: Path, step: Step) -> None:
        """Unpack packages into a folder, without running their scripts."""
        for file in self.fetch(names, step):
            step.run(["dpkg", "-x", str(file), str(target)], patience=PACKAGES)

    def _downloaded(self, name: str) -> Path | None:
        return next(iter(sorted((self._root / "packages").glob(f"{name}_*.deb"))), None)

    def _download(self, names: Sequence[str], step: Step) -> None:
        env = {**os.environ, "APT_CONFIG": str(self._root / "apt.conf"), "LC_ALL": "C"}
        # apt writes in place, so an interrupted download looks like a package: only complete ones leave this folder
        incoming = self._root / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir()
        if not self._listed:  # once is enough for a build, and costs as much as downloading fifty packages
            step.run(["apt-get", "update"], env=env, cwd=incoming, patience=PACKAGES)
            self._listed = True
        step.run(["apt-get", "download", *names], env=env, cwd=incoming, patience=PACKAGES)
        for file in incoming.iterdir():
            file.rename(self._root / "packages" / file.name)

    def _configure(self) -> None:
        for folder in ("lists/partial", "cache/archives/partial", "packages"):
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        (self._root / "status").touch()
        signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
        (self._root / "sources").write_text(f"deb {signed}{self.mirror.address} {self.suite} main\n", encoding="utf-8")
        (self._root / "apt.conf").write_text(configuration(self._root), encoding="utf-8")

    def forget(self) -> None:
        """Remove the downloaded packages and lists."""
        shutil.rmtree(self._root, ignore_errors=True)


def configuration(root: Path) -> str:
    """Return an apt configuration that keeps all state under ``root``; other settings are the machine's."""
    return f"""Dir::State "{root}";
Dir::State::lists "lists";
Dir::State::status "{root}/status";
Dir::Cache "{root}/cache";
Dir::Etc::sourcelist "{root}/sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
"""
