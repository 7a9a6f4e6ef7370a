"""Refuses sessions whose verdicts would be untrue, in one sentence and before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

AGAIN = "each claim is tested once per run: a test that is repeated until it passes proves nothing; remove {}"
KILLS = (
    "{} ends the process without any teardown and would leave the cluster broken; remove it, or use the signal method"
)
SHARED = (
    "claims cannot run under pytest-xdist: the faults of one worker would disturb the claims of the others; remove -n"
)
APART = "{} runs each test in its own process, but claims share one run; remove it"

_ENOUGH = 1 << 20
"""Bytes that must be writable where the reports go."""


def check(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Refuse a session whose verdicts could not be trusted or could not be written.

    :raises pytest.UsageError: with the first reason
    """
    found = chain(_again(config, items), _killing(config, items), _apart(config), _unwritable(config))
    if reason := next(found, ""):
        raise pytest.UsageError(reason)


def _again(config: pytest.Config, items: Sequence[pytest.Item]) -> Iterator[str]:
    """Yield a refusal for options and markers of pytest-rerunfailures, flaky, pytest-retry and pytest-repeat."""
    for option, least in (("reruns", 1), ("retries", 1), ("force_flaky", 1), ("count", 2), ("flake_runs", 2)):
        if _number(_set(config, option)) >= least:
            yield AGAIN.format(f"--{option.replace('_', '-')}")
    for item in items:
        if item.get_closest_marker("flaky"):
            yield AGAIN.format(f"the marker flaky of {item.nodeid}")


def _killing(config: pytest.Config, items: Sequence[pytest.Item]) -> Iterator[str]:
    """Yield a refusal for pytest-timeout's thread method, which calls ``os._exit``, and for pytest's faulthandler, which may
    do so too."""
    if _set(config, "timeout_method") == "thread":
        yield KILLS.format("--timeout-method=thread")
    for item in items:
        marker = item.get_closest_marker("timeout")
        if marker and "thread" in (*marker.args[1:2], marker.kwargs.get("method")):
            yield KILLS.format(f"the marker timeout(method='thread') of {item.nodeid}")
    if _set(config, "faulthandler_exit_on_timeout") and _number(_set(config, "faulthandler_timeout")):
        yield KILLS.format("faulthandler_exit_on_timeout")


def _apart(config: pytest.Config) -> Iterator[str]:
    if _set(config, "forked"):
        yield APART.format("--forked")


def _unwritable(config: pytest.Config) -> Iterator[str]:
    """Yield a refusal if a live run could not write its journal; ``--collect-only`` and ``--replay`` write none."""
    if config.option.collectonly or config.getoption("skeptic_replay"):
        return
    from kubeskeptic.plugin.options import reports_of

    folder = reports_of(config)
    if trouble := _trouble_at(folder):
        yield f"runs cannot be written to {folder} ({trouble}); name another folder with --skeptic-reports"


def _trouble_at(folder: Path) -> str:
    """Return why a folder cannot be written to, tried in its nearest existing parent; empty when it can."""
    place = next(one for one in (folder, *folder.parents) if one.exists() or one.is_symlink())
    try:
        with TemporaryFile(dir=place) as probe:
            probe.write(bytes(_ENOUGH))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _set(config: pytest.Config, name: str) -> Any:
    """Return the value of another plug-in's option, or of the ini setting of the same name; None without that plug-in."""
    if value := config.getoption(name, None):
        return value
    try:
        return config.getini(name)
    except (KeyError, ValueError):
        return None


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0
