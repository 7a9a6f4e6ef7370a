"""The command line of ``pytest``: one group of options.

Each option has a prefixed form, such as ``--skeptic-seed``, and a short form without the prefix, such as ``--seed``. The short
form is registered only if no other plug-in and no conftest has an option of that name.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubeskeptic.configuration import Configured
    from kubeskeptic.plugin.state import SessionState
    from kubeskeptic.runs.model import RunOptions

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
        "help": "the seed for choosing victims; printed first and last (default: random)",
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
        "help": "judge a run's journal again, without a cluster; select tests of that run",
    },
}
"""All options by short name, with their arguments for argparse."""

_PATHS = ("kubeconfig", "reports", "replay")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the prefixed options."""
    for name in OPTIONS:
        _add(parser, f"--skeptic-{name}", name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, object]:
    """Add the short forms after every plug-in and conftest has added its own options.

    Before any plug-in is loaded, pytest mistakes the path in ``--kubeconfig /a/b`` for a test folder and looks for its root
    there. Where this would matter, the session starts over with ``--kubeconfig=/a/b``.
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
    """Return the arguments with the path of each of our options joined to the option; None when nothing needs to change.

    :param folder: paths below it are left alone, as they lead pytest to the right root anyway
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
    """Return whether any of the options is on the command line, in the ini file or in ``PYTEST_ADDOPTS``."""
    return any(config.getoption(_dest(name)) != attrs.get("default") for name, attrs in OPTIONS.items())


def made(config: pytest.Config) -> SessionState:
    """Return the session's state from the command line, validated.

    :raises pytest.UsageError: in one sentence, when the command line is invalid
    """
    from kubeskeptic.errors import SkepticError
    from kubeskeptic.plugin.state import SessionState

    replay: Path | None = config.getoption("skeptic_replay")
    if replay and not (replay.is_file() or (replay / "journal.jsonl").is_file()):
        raise pytest.UsageError(f"no journal at {replay}; {_where_runs_are(config)}")
    try:
        options = _run_options(config)
        options.check()
    except SkepticError as error:
        raise pytest.UsageError(str(error)) from error
    return SessionState(options, replay)


def _where_runs_are(config: pytest.Config) -> str:
    """Return a hint that names an existing run, for use when the requested one does not exist."""
    latest = reports_of(config) / "latest"
    if (latest / "journal.jsonl").is_file():
        return f"name the folder of a run, such as {latest}"
    return "name the folder of a run; `pytest` creates one"


def options_of(config: pytest.Config) -> RunOptions:
    """Return the options given on the command line."""
    from kubeskeptic.plugin.state import STATE

    return config.stash[STATE].options


def _run_options(config: pytest.Config) -> RunOptions:
    from secrets import randbelow

    from kubeskeptic.runs.model import RunOptions

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
    """Return the options of the command line, with configured values for those that it does not set.

    :raises pytest.UsageError: when the configuration is invalid
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
    """Return the folder for runs: as given (relative to the current folder) or configured; otherwise ``reports`` beside the
    ini file, or in the current folder if there is no ini file.

    :raises pytest.UsageError: as :func:`in_force`
    """
    here, asked = config.invocation_params.dir, in_force(config).reports
    return here / asked if asked else (config.rootpath if config.inipath else here) / "reports"


def _add(parser: pytest.Parser, option: str, name: str) -> None:
    group = parser.getgroup("kubeskeptic", "claims about Kubernetes")
    group.addoption(option, dest=_dest(name), **OPTIONS[name])


def _dest(name: str) -> str:
    return f"skeptic_{name.replace('-', '_')}"
