"""A copy of the checkout in which one mutant after the other is tried.

The process that tries mutants has everything imported that is not ours, and forks for each of them: most of the time that a
test needs alone is spent on imports.
"""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any

PARTS = (
    "src",
    "tests",
    "suites",
    "fixtures",
    "manifests",
    "images",
    "reports/proofs.json",
    "reports/grades.json",
    "conftest.py",
    "pyproject.toml",
)
MORE = ("README.md", "constraints.txt")
FOREIGN = (
    *(
        "pytest",
        "_pytest.pytester",
        "hypothesis",
        "_hypothesis_pytestplugin",
        "allure_pytest",
        "allure_commons",
        "xdist.plugin",
    ),
    *(
        "kubernetes.client",
        "kubernetes.stream",
        "kubernetes.watch",
        "httpx",
        "dns.message",
        "rich.console",
        "rich.live",
    ),
    *("tenacity", "psutil", "yaml", "click", "jsonschema"),
)
CPU_SECONDS = 60
"""What one trial may use: a mutant that never ends is killed by it, whatever else the machine does."""
WALL_SECONDS = 900


def copy(target: Path) -> None:
    """Copy what tests need from the current folder, in place of what was there."""
    shutil.rmtree(target, ignore_errors=True)
    for part in (*PARTS, *MORE):
        source, to = Path(part), target / part
        to.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source, to, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "live")
            )
        else:
            shutil.copy2(source, to)


def warm() -> None:
    """Import what every trial needs and no mutant changes."""
    for name in FOREIGN:
        importlib.import_module(name)
    # pytest in a trial warns of plug-ins that it cannot rewrite, as they are imported; of modules that say so it does not.
    for module in [module for name, module in sys.modules.items() if "." not in name]:
        module.__doc__ = f"{module.__doc__ or ''} PYTEST_DONT_REWRITE"


def run(
    tree: Path, log: Path, arguments: Sequence[str], plugins: Callable[[], Iterable[Any]], keep: bool = False
) -> int:
    """Run pytest on the copy in a process of its own and return its exit status; negative when it used too much CPU.

    :raises TimeoutError: when it took too long by the clock, which may be due to what else the machine does

    :param log: where its output goes
    :param plugins: makes the plug-ins, in the new process
    :param keep: whether what is compiled is kept for later runs, which must not be so of a mutant
    """
    if child := os.fork():
        return _outcome_of(child, WALL_SECONDS * (10 if keep else 1))
    status = 70
    try:
        os.setsid()
        _last_among_sessions()
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = _pytest(tree, arguments, plugins, keep)
    finally:
        os._exit(status)


def _last_among_sessions() -> None:
    """Let all other sessions go first. Where the kernel divides the CPU among sessions, a new one begins with a full share,
    and the priority of its processes counts only within it (sched(7), autogroup).
    """
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text("19", encoding="ascii")


def _pytest(tree: Path, arguments: Sequence[str], plugins: Callable[[], Iterable[Any]], keep: bool) -> int:
    import pytest
    from hypothesis import settings

    limit = CPU_SECONDS * (20 if keep else 1)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    sys.dont_write_bytecode = not keep
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "kubeskeptic")]:
        del sys.modules[name]
    sys.path[:] = [str(tree), str(tree / "src"), *(one for one in sys.path if one not in ("", str(Path.cwd())))]
    os.chdir(tree)
    settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")
    own = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--tb=line",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    return int(
        pytest.main([*own, f"--rootdir={tree}", f"--basetemp={_scratch(tree)}", *arguments], plugins=list(plugins()))
    )


def _scratch(tree: Path) -> Path:
    """A folder for what tests write, outside the checkout: an inner pytest takes the settings of a pyproject.toml above it."""
    return Path(gettempdir()) / f"mutants-{sha256(str(tree).encode()).hexdigest()[:12]}"


def _outcome_of(child: int, seconds: float) -> int:
    """Wait for a process to end, and end it when it took too long.

    :raises TimeoutError: when it had to be ended
    """
    until = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise TimeoutError(f"it took more than {seconds:g} s")
        time.sleep(0.05)
    return os.waitstatus_to_exitcode(status)
