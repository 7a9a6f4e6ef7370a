"""The command line of ``pytest``: one group of options.

Each option has a prefixed form, such as ``--skeptic-seed``, and a short form without the prefix, such as ``--seed``. The short
form is registered only where no other plug-in and no conftest has one of that name.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubeskeptic.configuration import Configured
    from kubeskeptic.plugin.state import State
    from kubeskeptic.runs.options import RunOptions

OPTIONS: dict[str, dict[str, Any]] = {
    "cluster": {
        "default": "",
        "metavar": "NAME",
        "help": "our own kind cluster of this name (default: kubeskeptic)",
    },
    "context": {
        "default": "",
        "metavar": "NAME",
        "help": "another cluster, which `skeptic adopt` has prepared",
    },
    "kubeconfig": {
        "type": Path,
        "metavar": "FILE",
        "help": "the kubeconfig file that has the context (default: as kubectl)",
    },
    "agent-image": {
        "default": "",
        "metavar": "IMAGE",
        "help": "with a context: the agent's image, under a name that its nodes can pull",
    },
    "seed": {
        "type": int,
        "metavar": "N",
        "help": "chooses the victims; printed first and last; random when left out",
    },
    "reports": {
        "type": Path,
        "metavar": "DIR",
        "help": "the folder for runs (default: as configured, else reports/ beside the ini file, or in the current folder)",
    },
    "sabotage": {
        "action": "append",
        "default": [],
        "metavar": "ID",
        "help": "break the cluster or the workload on purpose; can be repeated; ID@N lifts it N s after the act's fault",
    },
    "replay": {
        "type": Path,
        "metavar": "RUN",
        "help": "judge a run's journal again, without a cluster; choose the tests that the run had",
    },
}
"""All options by their short name, with their arguments for argparse."""

_PATHS = ("kubeconfig", "reports", "replay")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the prefixed options."""
    for name in OPTIONS:
        _add(parser, f"--skeptic-{name}", name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, object]:
    """Add the short forms once every plug-in and conftest has had the chance to add its own.

    Before any plug-in is loaded, pytest takes the path in ``--kubeconfig /a/b`` for a folder of tests and looks for its
    root there. Where that would matter, the session starts over with ``--kubeconfig=/a/b``.
    """
    given = early_config.invocation_params
    if not given.plugins and (joined := in_one_word(given.args, given.dir)) is not None:
        raise SystemExit(pytest.main(joined))
    result = yield
    for name in OPTIONS:
        try:
            _add(parser, f"--{name}", name)
        except (argparse.ArgumentError, ValueError):  # another plug-in has it
            continue
    return result


def in_one_word(args: Sequence[object], folder: Path) -> list[str] | None:
    """The arguments with each path of an option of ours joined to its option; None when nothing has to change.

    :param folder: a path below it leads pytest to the right root all the same
    """
    words, joined = [str(arg) for arg in args], []
    options = {f"--{prefix}{name}" for name in _PATHS for prefix in ("", "skeptic-")}
    at = 0
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        path = folder / value
        apart = word in options and value and path.exists() and not path.resolve().is_relative_to(folder.resolve())
        joined.append(f"{word}={value}" if apart else word)
        at += 2 if apart else 1
    return joined if joined != words else None


def given(config: pytest.Config) -> bool:
    """Whether any of the options is on the command line, in the ini file or in ``PYTEST_ADDOPTS``."""
    return any(config.getoption(_dest(name)) != attrs.get("default") for name, attrs in OPTIONS.items())


def made(config: pytest.Config) -> State:
    """What the command line asks for, checked.

    :raises pytest.UsageError: in one sentence, when it makes no sense
    """
    from kubeskeptic.errors import SkepticError
    from kubeskeptic.plugin.state import State

    replay: Path | None = config.getoption("skeptic_replay")
    if replay and not (replay.is_file() or (replay / "journal.jsonl").is_file()):
        raise pytest.UsageError(f"there is no journal at {replay}; {_where_runs_are(config)}")
    try:
        options = _run_options(config)
        options.check()
    except SkepticError as error:
        raise pytest.UsageError(str(error)) from error
    return State(options, replay)


def _where_runs_are(config: pytest.Config) -> str:
    """Name a run that is there, for one that is not."""
    latest = reports_of(config) / "latest"
    if (latest / "journal.jsonl").is_file():
        return f"name the folder of a run, such as {latest}"
    return "name the folder of a run; `pytest` makes a run"


def options_of(config: pytest.Config) -> RunOptions:
    """What was asked for on the command line."""
    from kubeskeptic.plugin.state import STATE

    return config.stash[STATE].options


def _run_options(config: pytest.Config) -> RunOptions:
    from secrets import randbelow

    from kubeskeptic.runs.options import RunOptions

    seed, said = config.getoption("skeptic_seed"), in_force(config)
    return RunOptions(
        cluster=said.cluster,
        context=said.context,
        kubeconfig=said.kubeconfig,
        agent_image=said.agent_image,
        seed=randbelow(100_000) if seed is None else seed,
        reports=reports_of(config),
        sabotages=tuple(config.getoption("skeptic_sabotage")),
    )


def in_force(config: pytest.Config) -> Configured:
    """What the command line says, and what is configured where it says nothing.

    :raises pytest.UsageError: when what is configured makes no sense
    """
    from kubeskeptic.configuration import configured
    from kubeskeptic.errors import BadInput

    names = ("cluster", "context", "kubeconfig", "agent_image", "reports")
    given = {name: config.getoption(f"skeptic_{name}") for name in names}
    try:
        return configured(config.invocation_params.dir, **given)
    except BadInput as wrong:
        raise pytest.UsageError(str(wrong)) from wrong


def reports_of(config: pytest.Config) -> Path:
    """Where runs land: as asked from the current folder, or configured; else beside the ini file; else in the current folder.

    :raises pytest.UsageError: as :func:`in_force`
    """
    here, asked = config.invocation_params.dir, in_force(config).reports
    return here / asked if asked else (config.rootpath if config.inipath else here) / "reports"


def _add(parser: pytest.Parser, option: str, name: str) -> None:
    group = parser.getgroup("kubeskeptic", "claims about Kubernetes")
    group.addoption(option, dest=_dest(name), **OPTIONS[name])


def _dest(name: str) -> str:
    return f"skeptic_{name.replace('-', '_')}"
