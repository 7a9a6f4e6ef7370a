"""The seed at the start of the output, the table of verdicts at its end, and the exit status."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from kubeskeptic.claims import catalogue
from kubeskeptic.errors import Inconclusive, SkepticError
from kubeskeptic.findings import Verdict
from kubeskeptic.plugin.found import run_of
from kubeskeptic.plugin.outcomes import not_reached
from kubeskeptic.plugin.state import STATE, Judged, SessionState
from kubeskeptic.reports import write_all
from kubeskeptic.reports.wording import broke_off
from kubeskeptic.runs import earlier

_SIGNS = {
    Verdict.HOLDS: ("●", "green"),
    Verdict.VIOLATED: ("✕", "red"),
    Verdict.INCONCLUSIVE: ("?", "yellow"),
    Verdict.SKIPPED: ("–", "white"),
}

_FAILING = {Verdict.VIOLATED: pytest.ExitCode.TESTS_FAILED, Verdict.INCONCLUSIVE: Inconclusive.exit_status}
"""Verdicts with an exit status of their own, even if pytest expected the test to fail."""


def pytest_report_header(config: pytest.Config) -> str:
    """Return the line with the seed and the sabotages, or with the run that is judged again."""
    state = config.stash[STATE]
    if state.replay:
        return f"kubeskeptic: judging {state.replay} again"
    broken = f", sabotaged by {', '.join(state.options.sabotages)}" if state.options.sabotages else ""
    return f"kubeskeptic: seed {state.options.seed}{broken}"


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Set the exit status: 10 when the worst verdict is *inconclusive*, 20 for a cluster left dirty, 21 for a refused one.

    A run that could not be opened ends with 21, any other failure than an inconclusive claim with 1. After an interrupt the run
    is closed here, which may reveal that it left something behind.
    """
    state = session.config.stash[STATE]
    not_reached(session)
    try:
        yield
    except SkepticError as trouble:
        state.ended_by(trouble)
        state.trouble = str(trouble)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    if state.exit_status:
        session.exitstatus = state.exit_status
    elif session.exitstatus == pytest.ExitCode.TESTS_FAILED and _only_undecided(session, state):
        session.exitstatus = Inconclusive.exit_status
    elif session.exitstatus == pytest.ExitCode.OK and _worst(state) in _FAILING:
        session.exitstatus = _FAILING[_worst(state)]


def _worst(state: SessionState) -> Verdict:
    return max((judged.verdict for judged in state.judged.values()), key=list(Verdict).index, default=Verdict.HOLDS)


def _only_undecided(session: pytest.Session, state: SessionState) -> bool:
    """Return whether nothing is worse than inconclusive claims. A violation is worse, even if pytest expected it."""
    violated = any(judged.verdict is Verdict.VIOLATED for judged in state.judged.values())
    return state.undecided > 0 and session.testsfailed <= state.undecided and not violated and not state.trouble


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of verdicts in the post's order, then the report's path, and the seed last."""
    state = config.stash[STATE]
    if state.trouble:
        terminalreporter.write_line(f"kubeskeptic: {state.trouble}", red=True, bold=True)
    if state.replay and (said := _broke_off(state.replay)):
        terminalreporter.write_line(f"kubeskeptic: {said}", yellow=True)
    if not state.judged:
        return
    terminalreporter.section("claims")
    width = max(len(_name(judged)) for judged in state.judged.values())
    for judged in _ordered(state):
        sign, colour = _SIGNS[judged.verdict]
        terminalreporter.write(f"{sign} {judged.verdict!s:<12} ", **{colour: True, "bold": True})
        terminalreporter.line(f"{_name(judged):<{width}}  {judged.why}")
    if state.journal:
        if state.late:
            write_all(state.journal.parent)
        terminalreporter.line("")
        page = state.journal.with_name("index.html")
        terminalreporter.line(f"report   {page if page.exists() else 'could not be written'}")
    terminalreporter.line(f"seed     {run_of(config).get('seed')}")


def _broke_off(replay: Path) -> str:
    try:
        evidence = earlier.evidence(replay)
    except SkepticError:
        return ""  # the tests have reported it
    return broke_off(evidence.torn, evidence.ended)


def _ordered(state: SessionState) -> list[Judged]:
    order = [claim.id for claim in catalogue()]
    return sorted(state.judged.values(), key=lambda judged: order.index(judged.claim))


def _name(judged: Judged) -> str:
    return f"{judged.claim} ({judged.case})" if judged.case else judged.claim
