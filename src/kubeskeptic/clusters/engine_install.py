"""Finding a container engine, and installing one from Debian packages where none answers.

Our own engine has its own prefix, data folder and socket. It outlives the process that started it, and only :func:`stop`
stops it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters import cpu_weight, mounts
from kubeskeptic.clusters.builds import roots
from kubeskeptic.clusters.debian import Mirror, Packages, mirror
from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.steps import Progress, Step
from kubeskeptic.clusters.store import Recipe, Store, alone
from kubeskeptic.durations import COMMAND, ENGINE_START
from kubeskeptic.errors import CommandFailed, MissingRequirement, PatienceExhausted
from kubeskeptic.waiting import NotYet, until

NEW_SUITE = "forky"
"""The suite of the engine: bookworm's engine cannot run privileged nodes on new kernels."""
OLD_SUITE = "bookworm"
"""The suite of iptables and runc: commands that the engine runs must be compatible with the machine's C library."""
FROM_NEW = ("docker.io", "docker-cli", "docker-buildx", "containerd", "tini-static", "kind")
FROM_OLD = (
    "runc", "libseccomp2", "iptables", "libxtables12", "libip4tc2", "libip6tc2", "libmnl0", "libnfnetlink0",
    "libnetfilter-conntrack3", "libnftnl11", "libsystemd0", "libcap2", "libgcrypt20", "libgpg-error0", "libzstd1", "liblz4-1",
)  # fmt: skip
PREFIX = Recipe("engine", NEW_SUITE, (*FROM_NEW, *FROM_OLD, "1"))


def _home() -> Path:
    return paths.state() / "engine"


def socket() -> Path:
    """Return the path of the socket of our own engine."""
    return _home() / "docker.sock"


def own(prefix: Path) -> Engine:
    """Return the handle of our own engine, whether it runs or not."""
    return Engine(
        client=str(prefix / "usr/bin/docker"),
        # the client looks for plugins, such as its newer builder, only in the machine's own folders
        variables={"DOCKER_HOST": f"unix://{socket()}", "PATH": _path(prefix), "DOCKER_BUILDKIT": "0"},
        own=True,
    )


def find(store: Store) -> Engine | None:
    """Return the engine that answers: the machine's, or else our own, or else None. Nothing is started."""
    machines = Engine()
    if shutil.which("docker") and machines.answers():
        return machines
    prefix = store.place(PREFIX)
    if not socket().exists() or not prefix.is_dir():
        return None
    ours = own(prefix)
    return ours if ours.answers() else None


def provide(store: Store, progress: Progress) -> Engine:
    """Return the engine that answers; if none does, install and start our own.

    :raises MissingRequirement: when no engine answers and this user cannot start one on this machine, or the engine that
        answers is unsuitable
    """
    found = find(store)
    if found:
        refuse_rootless(found)
        return found
    if os.geteuid() != 0:
        raise MissingRequirement(
            refusal() or "no container engine answers; start Docker, or run this as root on Debian to have one started"
        )
    source = mirror()
    with alone(_home().with_suffix(".lock"), say=progress.say, why="the container engine's start"):
        found = find(store)
        if found:
            return found
        prefix = store.make(PREFIX, lambda into: _install(into, source, progress))
        with progress.step("start of the container engine", 2) as step:
            # an engine started from an older prefix works with this prefix's client
            if own(prefix).answers():
                return own(prefix)
            return _start(own(prefix), prefix, source, step)


def refusal() -> str | None:
    """Return why the machine's Docker is unusable although its client is installed, and what to do; None when unknown."""
    if not shutil.which("docker"):
        return None
    try:
        named = Engine().call("--version")
        Engine().info()
    except CommandFailed as failed:
        if "permission denied" in failed.output.lower():
            return (
                "Docker refuses this user its socket; join its group (`sudo usermod -aG docker $USER`, then log in again), or "
                "run this as root"
            )
        return None
    except (MissingRequirement, ValueError):
        return None
    if "podman" in named.lower():
        return (
            "the command docker is Podman's here, and its output differs from Docker's; install Docker, or put its client "
            "before Podman's on the PATH"
        )
    return None


def refuse_rootless(engine: Engine) -> None:
    """Raise MissingRequirement for a rootless Docker: its nodes may not make the kernel changes that faults need.

    :raises MissingRequirement: with what to do instead
    """
    if any("rootless" in str(option) for option in engine.info().get("SecurityOptions") or ()):
        raise MissingRequirement(
            "Docker runs rootless here: its nodes may not change the packet filter, traffic control and kernel settings "
            "that faults use; use a Docker that runs as root (`docker context use default`)"
        )


def packages(suite: str, source: Mirror) -> Packages:
    """Return the Debian packages of a suite, kept in the cache."""
    return Packages(paths.cache() / "debian", suite, source)


def stop() -> None:
    """Stop our own engine with all its containers. An engine that is not running is no error."""
    with alone(_home().with_suffix(".lock")):
        for number in (signal.SIGTERM, signal.SIGKILL):
            daemon = _daemon()
            if daemon is None:
                break
            os.kill(daemon, number)
            with contextlib.suppress(PatienceExhausted):
                until(_gone(lambda: _daemon() is None), COMMAND, what="the engine to stop")
        _sweep()


def _install(into: Path, source: Mirror, progress: Progress) -> None:
    with progress.step("container engine from Debian packages", 10) as step:
        packages(NEW_SUITE, source).unpack(FROM_NEW, into, step)
        packages(OLD_SUITE, source).unpack(FROM_OLD, into, step)
        roots.xtables(into)


def _start(engine: Engine, prefix: Path, source: Mirror, step: Step) -> Engine:
    _home().mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep()
    cpu_weight.give()
    log = _home() / "engine.log"
    environment = _environment(engine, prefix, source.triplet)
    with log.open("ab") as output:
        daemon = subprocess.Popen(
            _command(prefix), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd="/",
            start_new_session=True,
        )  # fmt: skip
    step.note(f"the engine's own log is {log}")

    def up() -> bool | NotYet:
        """Return whether the engine answers."""
        if daemon.poll() is not None:
            raise _why(log, daemon.returncode)
        return engine.answers() or NotYet("no answer")

    until(up, ENGINE_START, what=f"the container engine to answer (its log: {log})")
    return engine


def _why(log: Path, status: int) -> CommandFailed | MissingRequirement:
    text = log.read_text(encoding="utf-8", errors="replace")[-8000:]
    lacking = missing_in(text, "dockerd")
    if lacking:
        return MissingRequirement(f"the container engine did not start: {lacking}; its log is {log}")
    return CommandFailed("dockerd", status, f"{text}\nthe complete log is {log}")


def _command(prefix: Path) -> list[str]:
    home = _home()
    settings = home / "daemon.json"  # empty, so that the machine's does not apply
    settings.write_text("{}\n", encoding="utf-8")
    return [
        str(prefix / "usr/sbin/dockerd"), "--config-file", str(settings), "--host", f"unix://{socket()}",
        "--data-root", str(home / "data"), "--exec-root", str(home / "run"), "--pidfile", str(home / "docker.pid"),
        "--userland-proxy-path", str(prefix / "usr/sbin/docker-proxy"), "--init-path", str(prefix / "usr/bin/tini-static"),
        "--bridge", "none", "--log-opt", "max-size=20m", "--cgroup-parent", f"/{cpu_weight.GROUP}",
    ]  # fmt: skip


def _path(prefix: Path) -> str:
    rest = os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    return os.pathsep.join([str(prefix / "usr/bin"), str(prefix / "usr/sbin"), rest])


def _environment(engine: Engine, prefix: Path, triplet: str) -> dict[str, str]:
    """Return the environment in which the daemon and its commands find their libraries, all from one suite."""
    libraries = os.pathsep.join(str(prefix / folder / triplet) for folder in ("usr/lib", "lib"))
    extensions = str(prefix / "usr/lib" / triplet / "xtables")
    return {**engine.environment(), "LD_LIBRARY_PATH": libraries, "XTABLES_LIBDIR": extensions}


# -- leftovers of a dead engine ---------------------------------------------------------------------------------------
def _ours() -> list[tuple[int, list[str]]]:
    """Return the processes of our engine, recognized by its runtime folder on their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if int(folder.name) != os.getpid() and any(word.startswith(str(_home() / "run")) for word in words):
            found.append((int(folder.name), words))
    return found


def _daemon() -> int | None:
    """Return the process id of our engine's daemon, from the process table: a pid file may outlive its process."""
    return next((pid for pid, words in _ours() if Path(words[0]).name == "dockerd"), None)


def _sweep() -> None:
    """Kill the processes and remove the mounts that a dead engine left behind, so that a new one starts clean."""
    if _daemon() is not None:
        return
    for pid, _ in _ours():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(_gone(lambda: not _ours()), COMMAND, what="the processes of a dead engine to end")
    mounts.remove(_home() / "run")
    mounts.release(_home() / "data")
    (_home() / "docker.pid").unlink(missing_ok=True)
    socket().unlink(missing_ok=True)


def _gone(condition: Callable[[], bool]) -> Callable[[], bool | NotYet]:
    return lambda: condition() or NotYet("still running")
