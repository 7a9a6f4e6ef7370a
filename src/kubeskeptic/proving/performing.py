"""Performing runs of attempts and keeping their results, on one cluster or on several at the same time."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kubeskeptic.errors import LeftDirty, Refused, SkepticError, error_of, exit_in_words
from kubeskeptic.paths import SABOTAGED
from kubeskeptic.proving.campaign import Attempt, proofs_of
from kubeskeptic.proving.grades import GRADES, Grade, grades_of, undetected, write_grades
from kubeskeptic.proving.proofs import Proof, write_proofs
from kubeskeptic.proving.shared_runs import SharedRun, perform_run
from kubeskeptic.redaction import redact
from kubeskeptic.scenarios.sabotage import GRADE
from kubeskeptic.terminal import spoken

OUTPUT = "pytest.log"
"""The file in a cluster's folder of runs to which its current or last attempt prints."""


@dataclass(frozen=True)
class ProvingCluster:
    """Where attempts are performed.

    :param cluster: our own kind cluster
    :param runs: the folder for the runs; only this cluster's when others are used at the same time
    :param output: the file for pytest's output; None when pytest prints directly
    """

    cluster: str
    runs: Path
    output: Path | None = None

    @classmethod
    def alone(cls, reports: Path, cluster: str) -> ProvingCluster:
        """Return the place of the only cluster, and create its folder."""
        return cls(cluster, _made(reports / SABOTAGED))

    @classmethod
    def beside_others(cls, reports: Path, cluster: str) -> ProvingCluster:
        """Return the place of one of several clusters, and create its folder."""
        runs = _made(reports / SABOTAGED / cluster)
        return cls(cluster, runs, runs / OUTPUT)


class Performer:
    """Performs runs, and writes and prints the result of each at once. Safe to use from several threads.

    :param reports: the folder with the files of proofs and of grades
    :param options: further pytest options, such as ``--seed``
    :param say: prints one line, which may be empty
    """

    def __init__(
        self, reports: Path, options: Sequence[str], say: Callable[[str], object], processes: Processes
    ) -> None:
        self._reports = reports
        self._options = list(options)
        self._say = say
        self._processes = processes
        self._lock = threading.RLock()  # for the two files, and for output that must stay together

    def prove(self, run: SharedRun, place: ProvingCluster) -> Mapping[Attempt, Sequence[Proof]]:
        """Perform a run, and keep and return the proofs of each attempt.

        :raises LeftDirty, Refused: when the run ended so, after what it had found was kept
        :raises SkepticError: when there was no run
        """
        with self._shown(run.name, place) as lines:
            journal, status = self._performed(run, place)
            found = {one: proofs_of(journal, one) for one in run.attempts}
            proofs = [proof for each in found.values() for proof in each]
            with self._lock:
                write_proofs(self._reports / "proofs.json", proofs)
            lines += [f"   {one.sabotage}: {_told(one)}" for one in proofs]
            _require_usable(place, status)
        return found

    def grade(self, run: SharedRun, place: ProvingCluster) -> Mapping[Attempt, Sequence[Grade]]:
        """Perform each attempt of a run alone, once for each grade, the last only if no other was detected; keep and return the
        grades.

        :raises LeftDirty, Refused: when a run ended so, after what it had found was kept
        :raises SkepticError: when there was no run
        """
        found: dict[Attempt, list[Grade]] = {}
        for one in run.attempts:
            found[one] = []
            for seconds in GRADES:
                if seconds < GRADES[-1] or undetected(one, found[one]):
                    found[one] += self._one_grade(one, place, seconds)
        return found

    def _one_grade(self, attempt: Attempt, place: ProvingCluster, seconds: float) -> list[Grade]:
        alone = SharedRun((attempt,))
        with self._shown(f"{alone.name}, lifted after {seconds:g} s", place) as lines:
            journal, status = self._performed(alone, place, f"{GRADE}{seconds:g}")
            fresh = grades_of(journal, attempt, seconds)
            with self._lock:
                write_grades(self._reports / "grades.json", fresh)
            lines += [f"   {_told(one)}" for one in fresh]
            _require_usable(place, status)
        return fresh

    def _performed(self, run: SharedRun, place: ProvingCluster, grade: str = "") -> tuple[Path, int]:
        """Perform a run, and return its journal and its exit status."""
        execute = partial(self._processes.run, output=place.output)
        return perform_run(run, place.runs, ["--cluster", place.cluster, *self._options], execute, grade)

    @contextmanager
    def _shown(self, heading: str, place: ProvingCluster) -> Iterator[list[str]]:
        """Print the heading, pytest's output, and the lines that the block adds.

        When pytest prints to a file, all of this is printed together, with the error that ended the block.
        """
        lines: list[str] = []
        since = time.monotonic()
        with self._lock:
            self._say(f"{place.cluster} begins {heading}" if place.output else f"\n── {heading}")
        try:
            yield lines
        except SkepticError as error:
            lines += [f"   {redact(str(error))}"] if place.output else []
            raise
        finally:
            with self._lock:
                if place.output:
                    self._say(f"\n── {heading} · {place.cluster}, {spoken(time.monotonic() - since)}")
                    lines[:0] = _lines_of(place.output)
                for line in lines:
                    self._say(line)


def _require_usable(place: ProvingCluster, status: int) -> None:
    """Raise LeftDirty or Refused if a run's exit status says that no further attempt may begin on its cluster."""
    if status in (LeftDirty.exit_status, Refused.exit_status):
        raise error_of(status)(f"a run on cluster {place.cluster} ended with {exit_in_words(status)}")


def _told(one: Proof) -> str:
    return f"{one.claim}{f' ({one.case})' if one.case else ''} {one.verdict}: {one.why}"


def _lines_of(output: Path) -> list[str]:
    """Return the lines printed to a file; none when the file could not even be created."""
    return output.read_text(encoding="utf-8", errors="replace").splitlines() if output.exists() else []


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Processes:
    """Runs commands, and ends all that are running. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, words: Sequence[str], output: Path | None = None) -> int:
        """Run a command to its end, and return its exit status.

        :param output: the file for its output, overwritten; None when it shares the output of this process
        :raises KeyboardInterrupt: when this command, or all of them, were interrupted
        """
        with ExitStack() as stack:
            file = stack.enter_context(output.open("wb")) if output else None
            with self._lock:
                self._require_going_on()
                process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT if file else None)
                self._running.add(process)
            status = self._wait(process)
        self._require_going_on()
        return status

    def stop(self) -> None:
        """Terminate every command, without waiting for them, and prevent any further one from starting."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait()
        except KeyboardInterrupt as told:
            if str(told).startswith(("SIGTERM", "SIGHUP")):  # a terminal sends SIGINT to it directly
                process.terminate()
            process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def _require_going_on(self) -> None:
        if self._stopped:
            raise KeyboardInterrupt("all attempts were stopped")
