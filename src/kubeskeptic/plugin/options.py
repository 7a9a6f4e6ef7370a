"""The command line of ``pytest``."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from kubeskeptic.errors import SkepticError
from kubeskeptic.plugin.state import STATE, State
from kubeskeptic.runs.options import RunOptions


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    group = parser.getgroup("kubeskeptic", "claims about Kubernetes")
    group.addoption(
        "--cluster",
        default="kubeskeptic",
        metavar="NAME",
        help="our own kind cluster of this name (default: %(default)s)",
    )
    group.addoption("--context", default="", help="another cluster, which `skeptic adopt` has prepared")
    group.addoption("--kubeconfig", type=Path, metavar="FILE", help="where that context is (default: as kubectl)")
    group.addoption(
        "--agent-image", default="", metavar="IMAGE", help="the agent's image as that cluster's nodes find it"
    )
    group.addoption("--seed", type=int, help="decides victims; printed first and last; random when left out")
    group.addoption(
        "--reports", type=Path, default=Path("reports"), metavar="DIR", help="where runs land (default: %(default)s)"
    )
    group.addoption(
        "--sabotage", action="append", default=[], metavar="ID", help="break the cluster or the workload on purpose"
    )
    group.addoption("--replay", type=Path, metavar="RUN", help="judge a run's journal again, without a cluster")


def pytest_configure(config: pytest.Config) -> None:
    """Read the options once."""
    try:
        sabotages = tuple(config.getoption("--sabotage"))
        seed = config.getoption("--seed")
        options = RunOptions(
            cluster=config.getoption("--cluster"),
            context=config.getoption("--context"),
            kubeconfig=config.getoption("--kubeconfig"),
            agent_image=config.getoption("--agent-image"),
            seed=secrets.randbelow(100_000) if seed is None else seed,
            reports=config.rootpath / config.getoption("--reports"),
            sabotages=sabotages,
        )
        options.check()
    except SkepticError as error:
        raise pytest.UsageError(str(error)) from error
    replay = config.getoption("--replay")
    if replay and not (replay.is_file() or (replay / "journal.jsonl").is_file()):
        raise pytest.UsageError(f"there is no journal at {replay}; name the folder of a run, such as reports/latest")
    config.stash[STATE] = State(options, replay)


def options_of(config: pytest.Config) -> RunOptions:
    """What was asked for on the command line."""
    return config.stash[STATE].options
