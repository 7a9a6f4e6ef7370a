"""The runs before and after an upgrade: each is an ordinary pytest process with its own output and reports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kubeskeptic.errors import BadInput, error_of, exit_in_words

JUDGED = (0, 1, 10)
"""Exit statuses of a run that finished: whatever it found, it can be compared."""
NOTHING_SELECTED = 5
Performer = Callable[[Sequence[str]], int]


def ask(
    choice: Sequence[str], cluster: str, reports: Path, seed: int, perform: Performer | None = None
) -> str:  # fmt: skip
    """Perform a run, and return its id.

    :param choice: pytest arguments that select the cases
    :param perform: runs a command line and returns its exit status
    :raises BadInput: when no test was selected
    :raises SkepticError: when the run did not finish, of the kind that its exit status stands for
    """
    before = _journals(reports)
    words = [sys.executable, "-m", "pytest", "-q", *choice, "--skeptic-cluster", cluster, "--skeptic-seed", str(seed)]
    status = (perform or _perform)([*words, "--skeptic-reports", str(reports)])
    fresh = sorted(_journals(reports) - before)
    if status == NOTHING_SELECTED:
        raise BadInput(f"no test was selected by {' '.join(choice)}; see `pytest --collect-only {' '.join(choice)}`")
    if status not in JUDGED or not fresh:
        raise error_of(status)(
            f"the run of {' '.join(choice)} did not finish ({exit_in_words(status)}); see its output for the reason"
        )
    return fresh[-1].parent.name


def _journals(reports: Path) -> set[Path]:
    return {path for path in reports.glob("*/journal.jsonl") if not path.parent.is_symlink()}


def _perform(words: Sequence[str]) -> int:
    """Run the command; an interrupt is passed on to it, and its teardown is awaited."""
    process = subprocess.Popen(words)
    try:
        return process.wait()
    except KeyboardInterrupt as told:
        if str(told).startswith(("SIGTERM", "SIGHUP")):  # a terminal sends SIGINT to the run itself
            process.terminate()
        process.wait()
        raise
