"""A machine as most people have it: Docker, kind and an image registry; no Go, no package mirror, not root.

::

    pytest ─ stdin ─▶ keeper ─▶ unshare ─▶ laptop.sh (process 1) ─▶ registry on loopback ◀─ dockerd (its only mirror)
                      (removes the folder and the control groups after all of it has ended)

It is made of namespaces of this machine: its own network without a way out, mounts, and processes. When the standard input of
the keeper ends, also because the test was killed, the kernel ends everything in it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.clusters.debian import mirror
from kubeskeptic.durations import COMMAND, ENGINE_START
from kubeskeptic.paths import checkout
from kubeskeptic.waiting import NotYet, until

USER, GROUP = 4242, 4243
"""An unprivileged user, and the group whose members may use the engine."""
MIRROR = "127.0.0.1:5000"
KEEPER = """
folder=$1; cgroup=$2; shift 2
unshare --net --mount --pid --fork --kill-child -- "$@"
find /sys/fs/cgroup -depth -type d \\( -path "*$cgroup" -o -path "*$cgroup/*" \\) -exec rmdir {} \\; 2>/dev/null
rm -rf --one-file-system "$folder"
"""
REGISTRY = """\
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: %s}
http: {addr: %s}
"""


@dataclass(frozen=True)
class Laptop:
    """The running test host.

    :param folder: everything that it has on disk
    :param pid: its process 1, as this machine counts
    :param cgroup: its control group, in which its nodes are
    """

    folder: Path
    pid: int
    cgroup: str

    def enter(self, *words: str) -> list[str]:
        """The command line that runs ``words`` in it, as root."""
        return ["nsenter", "--target", str(self.pid), "--net", "--mount", "--pid", "--", *words]

    def run(
        self, *words: str, within: float, kind: str = "kind", groups: int = GROUP
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as its user.

        :param kind: which kind is on the path: ``kind``, ``old`` or ``none``
        :param groups: supplementary group of the user
        """
        home = self.folder / "home"
        path = os.pathsep.join([*(str(self.folder / "bin" / name) for name in ("docker", kind)), "/usr/bin", "/bin"])
        given = {"HOME": home, "USER": "laptop", "LOGNAME": "laptop", "PATH": path, "TMPDIR": home, "LANG": "C.UTF-8"}
        variables = [f"{name}={value}" for name, value in {**given, "PYTHONDONTWRITEBYTECODE": "1"}.items()]
        user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", f"--groups={groups}", "env", "-i", *variables]
        return subprocess.run(
            self.enter(*user, *words), cwd=checkout(), capture_output=True, text=True, timeout=within, check=False
        )

    def shell(self, line: str, within: float) -> subprocess.CompletedProcess[str]:
        """Run a line in a shell of its user at home, with our commands on the path."""
        ours = Path(sys.executable).parent
        return self.run("bash", "-ec", f'cd; PATH={ours}:"$PATH"; {line}', within=within)

    def docker(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Docker's client."""
        return self.run("docker", *words, within=COMMAND.seconds)

    def allow_realtime(self) -> None:
        """Let its nodes have real-time tasks, as version 2 of control groups does by itself; version 1 wants to be told."""
        ours = Path("/sys/fs/cgroup/cpu") / self.cgroup.lstrip("/")
        nodes = self.docker("ps", "--quiet", "--no-trunc").stdout.split()
        for group, share in ((ours, 0.9), *((ours / node, 0.9 / len(nodes)) for node in nodes)):
            limit = group / "cpu.rt_runtime_us"
            if limit.exists():
                limit.write_text(str(int(1e6 * share)))

    def stop_registry(self) -> None:
        """End the registry for good."""
        number = (self.folder / "registry.pid").read_text().strip()
        subprocess.run(self.enter("kill", number), check=True)

    @contextmanager
    def without(self, repository: str) -> Iterator[None]:
        """The registry does not have a repository until the block ends."""
        place = self.folder / "registry/docker/registry/v2/repositories" / repository
        aside = self.folder / "aside"
        place.rename(aside)
        try:
            yield
        finally:
            aside.rename(place)


@contextmanager
def started(prefix: Path, content: Path) -> Iterator[Laptop]:
    """Start one, and end it.

    :param prefix: an engine with its clients and kind, as :data:`~kubeskeptic.clusters.engine_install.PREFIX` is
    :param content: a folder with ``docker-registry`` and its ``data``
    """
    folder = Path(tempfile.mkdtemp(prefix="kubeskeptic-laptop-", dir="/var/tmp"))
    folder.chmod(0o755)
    triplet = mirror().triplet
    _furnish(folder, prefix, content)
    libraries = os.pathsep.join(str(folder / "engine" / place / triplet) for place in ("usr/lib", "lib"))
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LIBRARIES": libraries,
        "EXTENSIONS": str(folder / "engine/usr/lib" / triplet / "xtables"),
    }
    cgroup = f"/kubeskeptic-laptop-{secrets.token_hex(3)}"
    host = ["sh", str(Path(__file__).with_suffix(".sh")), str(folder), str(checkout()), sys.base_prefix]
    with (folder / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", str(folder), cgroup, *host, str(GROUP), cgroup],
            stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, start_new_session=True,
        )  # fmt: skip
    assert keeper.stdin
    try:
        until(lambda: _pid(folder) or NotYet("not prepared"), ENGINE_START, what="the test host's process 1")
        laptop = Laptop(folder, _pid(folder), cgroup)
        until(lambda: _answers(laptop), ENGINE_START, what="the test host's engine")
        yield laptop
    finally:
        keeper.stdin.close()
        keeper.wait(timeout=COMMAND.seconds)


def _furnish(folder: Path, prefix: Path, content: Path) -> None:
    """Put into the folder what the test host has: engine, clients, kind, registry, its user's home."""
    shutil.copytree(prefix, folder / "engine", symlinks=True, copy_function=os.link)
    shutil.copytree(content / "data", folder / "registry", copy_function=os.link)
    shutil.copy2(content / "docker-registry", folder / "docker-registry")
    (folder / "registry.yaml").write_text(REGISTRY % (folder / "registry", MIRROR))
    (folder / "daemon.json").write_text(json.dumps({"registry-mirrors": [f"http://{MIRROR}"]}))
    for name in ("docker", "kind", "old", "none"):
        (folder / "bin" / name).mkdir(parents=True)
    for name in ("docker", "kind"):
        (folder / "bin" / name / name).symlink_to(folder / "engine/usr/bin" / name)
    old = folder / "bin/old/kind"
    old.write_text('#!/bin/sh\necho "kind v0.20.0 go1.20.4 linux/amd64"\n')
    old.chmod(0o755)
    plugins = folder / "home/.docker/cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-buildx").symlink_to(folder / "engine/usr/libexec/docker/cli-plugins/docker-buildx")
    for place in (folder / "home", *(folder / "home").rglob("*")):
        os.chown(place, USER, USER, follow_symlinks=False)


def _pid(folder: Path) -> int:
    file = folder / "pid"
    return int(file.read_text()) if file.exists() else 0


def _answers(laptop: Laptop) -> bool | NotYet:
    said = laptop.docker("info", "--format", "{{.ServerVersion}}")
    return said.returncode == 0 or NotYet(said.stderr[-300:] or "no answer")
