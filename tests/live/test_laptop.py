"""The path of most people: Docker, kind and a registry, an unprivileged user, no Go, no package mirror; see laptop.py.

On two quiet cores it took three minutes, half of them for the page of a laptop and half a minute to fill the registry, and
6 GiB of disk; on busy ones (load 15 to 30) eleven minutes. The registry is filled with our own node image when that is there;
without it, its build comes first, which takes up to half an hour.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic.clusters import engine_install
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.node_source import DEFAULT_VERSION
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.durations import COMMAND
from kubeskeptic.paths import checkout
from kubeskeptic.waiting import NotYet, until

from . import registry_content
from .command import SKEPTIC
from .laptop import MIRROR, USER, Laptop, started
from .pages import played

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("unshare"), reason="namespaces are made by root, with unshare"
    ),
]

UP = ("up", "--images", "pull", "--workers", "2", "--with", "none")
QUICK = "service.pod-killed or heal.crash"
"""Quick claims about pods and containers."""
KILLED = """
import sys
from pathlib import Path
from tests.live.laptop import started
with started(Path(sys.argv[1]), Path(sys.argv[2])) as laptop:
    print(laptop.folder, flush=True)
    input()
"""


@pytest.fixture(scope="module")
def content() -> Path:
    """What the registry has."""
    return registry_content.provide(Builder(quiet))


@pytest.fixture(scope="module")
def prefix() -> Path:
    """An engine with its clients and kind."""
    return Builder(quiet).store.place(engine_install.PREFIX)


@pytest.fixture(scope="module")
def laptop(content: Path, prefix: Path) -> Iterator[Laptop]:
    """The test host, with nothing of ours on it yet."""
    with started(prefix, content) as made:
        yield made


def said(laptop: Laptop, *words: str, status: int, kind: str = "kind", groups: int | None = None) -> str:
    """What `skeptic` says, which ends with a status."""
    user = {} if groups is None else {"groups": groups}
    done = laptop.run(*SKEPTIC, *words, within=540, kind=kind, **user)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_socket_that_refuses_is_said(laptop: Laptop) -> None:
    told = said(laptop, *UP, status=1, groups=USER)
    assert "Docker refuses this user its socket; join its group" in told
    assert "Docker refuses this user its socket" in said(laptop, "doctor", status=1, groups=USER)


@pytest.mark.parametrize(
    ("kind", "why"), [("none", "kind is not on the PATH"), ("old", "is version 0.20, but cgroups v1 need 0.33")]
)
def test_a_kind_that_is_missing_or_too_old_is_said(laptop: Laptop, kind: str, why: str) -> None:
    if kind == "old" and laptop.docker("info", "--format", "{{.CgroupVersion}}").stdout.strip() != "1":
        pytest.skip("with control groups v2 any kind will do")
    for words in (UP, ("doctor",)):
        told = said(laptop, *words, status=1, kind=kind)
        assert why in told
        assert "kind.sigs.k8s.io" in told


def test_images_that_no_registry_has_are_said_before_any_node_is_made(laptop: Laptop) -> None:
    for words, image in ((("--kubernetes", "v1.99.0"), "kindest/node:v1.99.0"), ((), "kindest/node:v1.37.0@sha256:")):
        told = said(laptop, *UP, *words, status=1)
        assert f"no registry gave the node image {image}" in told
        assert "--images build" in told
    with laptop.without("library/python"):
        told = said(laptop, *UP, "--kubernetes", DEFAULT_VERSION, status=1)
    assert "the agent's image cannot be built on python:3.11-slim" in told
    assert laptop.docker("ps", "--all", "--quiet").stdout == ""


def test_a_version_that_is_none_is_said(laptop: Laptop) -> None:
    assert "“1.37” is not a Kubernetes version" in said(laptop, *UP, "--kubernetes", "1.37", status=4)


SAID = {"doctor": "answers; images are pulled", "up": f"Kubernetes {DEFAULT_VERSION} on 3 nodes", "status": "clean"}
"""What commands of the page say, among other things."""


def test_its_page_is_played_and_quick_claims_hold(laptop: Laptop) -> None:
    """All but its last command, which is played below."""
    *lines, (last, _) = played("laptop.md", version=DEFAULT_VERSION, chosen=QUICK)
    for told, line in lines:
        done = laptop.shell(line, within=540)
        assert done.returncode == 0, f"{told}\n{done.stdout}{done.stderr}"
        assert SAID.get(told.removeprefix("skeptic "), "") in done.stdout
        if told == "skeptic up":
            laptop.allow_realtime()
    assert last == "skeptic uninstall"


def test_the_agents_image_is_pushed(laptop: Laptop) -> None:
    pushed = said(laptop, "agent-image", "--push", f"{MIRROR}/team/agent", status=0)
    assert f"{MIRROR}/team/agent:" in pushed
    assert laptop.docker("pull", pushed.splitlines()[-1]).returncode == 0


def test_without_the_registry_a_healthy_cluster_is_used_as_it_is(laptop: Laptop) -> None:
    before = laptop.docker("ps", "--quiet", "--no-trunc").stdout
    laptop.stop_registry()
    assert "exists and is healthy" in said(laptop, "up", "--with", "none", status=0)
    assert laptop.docker("ps", "--quiet", "--no-trunc").stdout == before != ""
    assert "does not answer" in said(laptop, "doctor", status=1)


def test_uninstall_leaves_nothing(laptop: Laptop) -> None:
    *_, (_, line) = played("laptop.md", version=DEFAULT_VERSION, chosen=QUICK)
    done = laptop.shell(line, within=540)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cluster kubeskeptic" in done.stdout
    assert laptop.docker("ps", "--all", "--quiet").stdout == ""
    home = laptop.folder / "home"
    assert not (home / ".cache/kubeskeptic").exists()
    assert not (home / ".local/state/kubeskeptic").exists()


def test_a_killed_test_leaves_no_test_host(content: Path, prefix: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(prefix), str(content)]
    with subprocess.Popen(command, cwd=checkout(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as test:
        assert test.stdout
        folder = Path(test.stdout.readline().strip())
        assert (folder / "pid").exists()
        os.kill(test.pid, signal.SIGKILL)

    def gone() -> bool | NotYet:
        return not folder.exists() or NotYet(f"{folder} is there")

    until(gone, COMMAND, what="the test host to go")
    assert not [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(folder) in line]
