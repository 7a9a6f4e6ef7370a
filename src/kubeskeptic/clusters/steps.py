"""The steps of creating a cluster: what is being done, how long it takes, and where the complete log is.

A step is announced with the duration measured for it in the past. The time left is the sum over all announced steps that are
not done.
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
from kubeskeptic.terminal import Display, spoken

Say = Callable[[str], None]
"""Accepts one line. A :class:`~kubeskeptic.terminal.Display` is such a function, and also shows the status of the steps."""


def quiet(_: str) -> None:
    """Print nothing."""


class Step:
    """One step, with its log file. The output of its commands goes to the log and is not shown."""

    def __init__(self, title: str, log: Path) -> None:
        self.title = title
        self.log = log

    def note(self, line: str) -> None:
        """Append a line to the log."""
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
        """Run a command, with all its output in the log.

        :param stdin: the file that it reads as its standard input
        :raises CommandFailed: when it fails or does not end in time, with its output
        :raises MissingRequirement: when this machine does not have the command
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
            except (FileNotFoundError, PermissionError) as missing:
                advice = f"this machine has no command `{command[0]}`; install it and run again"
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
    """The planned steps and their progress. Steps may run at the same time, in several threads.

    :param say: accepts one line
    :param logs: folder for the logs
    """

    def __init__(self, say: Say, logs: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.say = say
        self._logs = logs
        self._clock = clock
        self._planned: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        if isinstance(say, Display):
            say.show(self.status)

    def expect(self, title: str, seconds: float) -> None:
        """Announce a step and its expected duration."""
        self._planned[title] = seconds

    def forget(self, title: str) -> None:
        """Drop a step that is done or not needed."""
        self._planned.pop(title, None)

    @property
    def left(self) -> float:
        """The expected seconds of all planned steps."""
        return sum(tuple(self._planned.values()))  # several threads plan and finish steps

    def status(self) -> str:
        """Return the running steps, how long each has taken, and the total time left, unless that has run out.

        Empty when no step is running.
        """
        now = self._clock()
        running = {title: now - begun for title, begun in dict(self._begun).items()}
        taken = sum(min(took, self._planned.get(title, 0.0)) for title, took in running.items())
        told = ", ".join(self._told(title, took) for title, took in running.items())
        left = self.left - taken
        return f"{told}; {spoken(left)} left in all" if told and left >= 1 else told

    def _told(self, title: str, took: float) -> str:
        usual = self._planned.get(title, 0.0)
        return f"{title}: {spoken(took)} of {'about' if took <= usual else 'usually'} {spoken(usual)}"

    @contextmanager
    def step(self, title: str, seconds: float) -> Iterator[Step]:
        """Run the block as one step.

        :param seconds: its measured duration
        :raises SkepticError: the block's error, with the path of the log added
        """
        self.expect(title, seconds)
        log = self._new_log(title)
        self.say(f"{title} … about {spoken(seconds)}, {spoken(self.left)} left in all")
        start = self._begun[title] = self._clock()
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
            self._begun.pop(title, None)
            self.forget(title)
        self.say(f"{title}: done in {spoken(self._clock() - start)}")

    def _new_log(self, title: str) -> Path:
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{re.sub(r'[^a-zA-Z0-9.]+', '-', title)}.log"
        log.write_text("", encoding="utf-8")
        return log
