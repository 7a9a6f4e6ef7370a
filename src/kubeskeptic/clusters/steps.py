"""Saying what is being done, how long it takes, and where the complete log is.

A plan is a list of (title, seconds it took when it was measured); time left is the sum of what is planned and not done.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.durations import COMMAND, Patience
from kubeskeptic.errors import CommandFailed, MissingRequirement, SkepticError

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing."""


def spoken(seconds: float) -> str:
    """A length of time for people: ``8 s``, ``3 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Step:
    """One step of the work, with its log file. Its commands write there and are not shown."""

    def __init__(self, title: str, log: Path) -> None:
        self.title = title
        self.log = log

    def note(self, line: str) -> None:
        """Write a line to the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    def run(
        self,
        command: Sequence[str],
        *,
        patience: Patience = COMMAND,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: Path | None = None,
    ) -> None:
        """Run a command with all its output in the log.

        :param stdin: a file for its standard input
        :raises CommandFailed: when it fails, with its output
        :raises MissingRequirement: when there is no such command
        """
        shown = shlex.join(command)
        self.note(f"$ {shown}")
        start = self.log.stat().st_size
        with self.log.open("ab") as log, (stdin or Path("/dev/null")).open("rb") as given:
            limit = patience.seconds
            try:
                done = subprocess.run(
                    command, stdin=given, stdout=log, stderr=log, env=env, cwd=cwd, timeout=limit, check=False
                )
            except FileNotFoundError as missing:
                advice = f"there is no command `{command[0]}` here; install it and run again"
                raise MissingRequirement(advice) from missing
            except subprocess.TimeoutExpired:
                raise CommandFailed(shown, None, self._since(start)) from None
        if done.returncode != 0:
            raise CommandFailed(shown, done.returncode, self._since(start))

    def _since(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")


class Progress:
    """Tells a person how far the work is.

    :param say: takes one line
    :param logs: folder for the logs
    """

    def __init__(self, say: Say, logs: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.say = say
        self._logs = logs
        self._clock = clock
        self._planned: dict[str, float] = {}

    def expect(self, title: str, seconds: float) -> None:
        """Announce a step and how long it probably takes."""
        self._planned[title] = seconds

    def forget(self, title: str) -> None:
        """A planned step turned out not to be needed."""
        self._planned.pop(title, None)

    @property
    def left(self) -> float:
        """Seconds that the planned steps probably take."""
        return sum(self._planned.values())

    @contextmanager
    def step(self, title: str, seconds: float) -> Iterator[Step]:
        """Do one step; ``seconds`` is how long it took where it was measured.

        :raises SkepticError: what the step raised, with the place of its log added
        """
        self.expect(title, seconds)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{re.sub(r'[^a-zA-Z0-9.]+', '-', title)}.log"
        log.write_text("", encoding="utf-8")
        self.say(f"{title} … about {spoken(seconds)}, {spoken(self.left)} left in all")
        start = self._clock()
        try:
            yield Step(title, log)
        except OSError as error:
            lacking = missing_in(str(error))
            raise MissingRequirement(lacking or f"{title}: {error}; the complete log is {log}") from error
        except SkepticError as error:
            lacking = missing_in(error.output, error.command) if isinstance(error, CommandFailed) else None
            if lacking:
                raise MissingRequirement(f"{title}: {lacking}\nThe complete log is {log}") from error
            error.args = (f"{title}: {error}\nThe complete log is {log}", *error.args[1:])
            raise
        finally:
            self.forget(title)
        self.say(f"{title}: done in {spoken(self._clock() - start)}")
