"""Activation: the code that makes verdicts is loaded only once a selected test is about a claim.

In a session without a claim the plug-in prints nothing, checks no option and catches no signal.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from kubeskeptic.plugin import options

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


MARKER = "claim(case): the case of a claim that this test checks; created by kubeskeptic.claim"
QUICK = "quick: cases from every chapter that take a few seconds; added to the tests of quick acts"
SLOW = "slow: cases of a scenario that takes minutes; deselected unless selected with -m slow or by file"
FIXTURES = "kubeskeptic.fixtures."
"""The package of our fixtures. A fixture of the same name from another package is not ours."""
HOOKS = ("outcomes", "summary", "other_reports", "last_line")
"""Modules whose hooks are needed only in sessions with claims."""

_refused = pytest.StashKey[str]()
_unknown = pytest.StashKey[bool]()
_known = pytest.StashKey[Mapping[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and check the options if any is given."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", QUICK)
    config.addinivalue_line("markers", SLOW)
    if options.given(config):
        options.made(config)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let ``pytest -k`` select a test by its claim and its case."""
    if item.get_closest_marker("claim"):
        from kubeskeptic.plugin import cases

        cases.pytest_itemcollected(item)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow scenarios that were not requested, and check the cases of all other collected tests.

    :raises pytest.UsageError: for an invalid case
    """
    if any(asks(item) for item in items):
        from kubeskeptic.plugin import cases

        config.stash[_known] = cases.known_cases(config, items)
        _leave_out(config, items)
        config.stash[_unknown] = True  # pytest finishes the collection even after an error
        cases.pytest_collection_modifyitems(config, items)
        config.stash[_unknown] = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Activate the plug-in when an option is given, or a test that remains selected is about a claim or uses our fixtures.

    :raises pytest.UsageError: when something would make a verdict untrue, before anything is touched
    """
    config, asked = session.config, [item for item in session.items if asks(item)]
    if config.stash.get(_unknown, False) or not (asked or options.given(config)):
        return
    from kubeskeptic.plugin import refusals

    if asked and (output := getattr(config, "workeroutput", None)) is not None:
        output["kubeskeptic"] = refusals.SHARED  # the controller ends the session with this message
        session.items.clear()
    else:
        refusals.check(config, asked)
        _wake(session)


def pytest_report_collectionfinish(config: pytest.Config) -> str | list[str]:
    """Return the line with the seed, printed before the first test."""
    from kubeskeptic.plugin.state import STATE

    if STATE not in config.stash:
        return []
    from kubeskeptic.plugin import summary

    return summary.pytest_report_header(config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """Remember that a pytest-xdist worker refused."""
    if sentence := getattr(node, "workeroutput", {}).get("kubeskeptic"):
        node.config.stash[_refused] = sentence


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End a session whose workers refused with a usage error."""
    if _refused in session.config.stash:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print why the workers refused."""
    if _refused in config.stash:
        terminalreporter.write_line(f"ERROR: {config.stash[_refused]}", red=True)


def asks(item: pytest.Item) -> bool:
    """Return whether a test is about a claim or uses our fixtures."""
    if item.get_closest_marker("claim"):
        return True
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(definitions[-1].func.__module__.startswith(FIXTURES) for definitions in known.values() if definitions)


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow tests, unless the marker expression mentions ``slow`` or their file is named."""
    here = config.invocation_params.dir
    named = {(here / str(word).partition("::")[0]).resolve() for word in config.args}
    slow = [item for item in items if item.get_closest_marker("slow") and item.path not in named]
    if slow and "slow" not in config.option.markexpr:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def _wake(session: pytest.Session) -> None:
    from kubeskeptic import process
    from kubeskeptic.plugin import other_reports, progress, state
    from kubeskeptic.terminal import print_any_character

    config = session.config
    made = config.stash[state.STATE] = options.made(config)
    made.options = replace(made.options, known=config.stash.get(_known, {}))
    print_any_character(getattr(config.get_terminal_writer(), "_file", sys.stdout))
    process.catch_signals()
    for name in HOOKS:
        config.pluginmanager.register(import_module(f"kubeskeptic.plugin.{name}"))
    other_reports.join(config)
    if not config.option.collectonly:
        progress.follow(session)
