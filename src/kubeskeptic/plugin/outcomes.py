"""A test's outcome for pytest and its finding about the claim, however the test ends.

A test without a finding does not pass, and every selected claim gets a finding: tests that failed with an error, and tests that
the run did not reach, are *inconclusive*, with the reason.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from kubeskeptic.errors import DiskFull, Inconclusive, NotAsked, SkepticError
from kubeskeptic.findings import Finding, Verdict, inconclusive, skipped
from kubeskeptic.plugin.cases import case_of
from kubeskeptic.plugin.judging import Judge, Violated
from kubeskeptic.plugin.state import NO_CLUSTER, STATE
from kubeskeptic.redaction import redact

NOT_REACHED = "not asked: the run ended before it"


class NoFinding(AssertionError):
    """A test would have passed without a finding that *holds*. The text says so."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember that tests have begun: from now on every selected claim gets a finding."""
    item.config.stash[STATE].begun = True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test about a claim that ends without a finding that *holds*."""
    yield
    case, verdict = case_of(item), _judge(item).verdict
    if case and verdict is None:
        raise NoFinding(f"this test of {case.claim} ended without a finding; it must pass one to `holds`")
    if case and verdict is not Verdict.HOLDS:
        raise NoFinding(
            f"this test continued after it found {case.claim} {verdict}; it must not catch what `holds` raises"
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record findings for tests that ended before reporting one, and shorten pytest's reports."""
    report = yield
    case = case_of(item)
    if call.excinfo is None or not (case or "run" in _fixtures(item)):
        return report
    error, state = call.excinfo.value, item.config.stash[STATE]
    opening = call.when == "setup" and "run" in _fixtures(item) and "run" not in getattr(item, "funcargs", {})
    state.ended_by(error, opening=opening)
    state.stop(item.session, error, opening=opening)
    if case and call.when != "teardown":
        _write(item, error)
    _tell(report, item, error)
    if case and call.when != "teardown" and report.failed and isinstance(error, SkepticError):
        state.undecided += not opening or isinstance(error, Inconclusive)
    elif call.when == "teardown" and isinstance(error, DiskFull):
        state.undecided += 1
    return report


def not_reached(session: pytest.Session) -> None:
    """Record a finding for every selected case that the run did not reach, as after ``--exitfirst`` or an interrupt."""
    state = session.config.stash[STATE]
    worker = hasattr(session.config, "workerinput")  # pytest-xdist: other workers run the rest
    if not state.begun or worker or session.config.option.collectonly or session.shouldfail == NO_CLUSTER:
        return
    for item in session.items:
        if case_of(item) and item.nodeid not in state.judged:
            Judge(item, None, None).write(inconclusive(NOT_REACHED))


def _judge(item: pytest.Item) -> Judge:
    return getattr(item, "judge", None) or Judge(item, None, None)


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


def _write(item: pytest.Item, error: BaseException) -> None:
    """Record a finding for the error, unless the test's own finding ended it."""
    judge = _judge(item)
    if judge.verdict in (None, Verdict.HOLDS):
        judge.write(_found(error))


def _found(error: BaseException) -> Finding:
    if isinstance(error, NotAsked | pytest.skip.Exception):
        return skipped(str(error))
    if isinstance(error, pytest.xfail.Exception):
        return inconclusive(f"not asked: {error}")
    if isinstance(error, SkepticError):
        return inconclusive(str(error))
    line = next(iter(str(error).strip().splitlines()), "")
    said = line if isinstance(error, NoFinding) else f"{type(error).__name__}: {line}".rstrip(": ")
    return inconclusive(f"the test itself failed: {redact(said)[:300]}")


def _tell(report: pytest.TestReport, item: pytest.Item, error: BaseException) -> None:
    """Set the outcome and text that pytest reports."""
    if isinstance(error, NotAsked):
        report.outcome, report.longrepr = "skipped", (str(item.path), item.reportinfo()[1] or 0, f"Skipped: {error}")
    elif isinstance(error, Inconclusive):
        report.longrepr = f"inconclusive: {error}"
    elif isinstance(error, Violated | NoFinding | SkepticError):
        report.longrepr = str(error)
