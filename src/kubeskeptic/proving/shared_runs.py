"""Attempts that share a run: each is of another scenario, and none of their sabotages is in force in another's scenario.

A run takes most of a minute besides its acts: its agents are started and proven, START is measured, and at the end all objects
are removed and the cluster is compared. Attempts that share a run share this time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.durations import TAIL
from kubeskeptic.errors import error_of
from kubeskeptic.proving.campaign import Attempt
from kubeskeptic.scenarios.declaration import ActPlan
from kubeskeptic.settings import Setting, Settings

TOGETHER = 360.0
"""Approximate seconds of acts after which a run takes no further attempt: an interrupt loses one run, and several clusters
end at about the same time."""
OPENING = 60.0
"""Approximate seconds that a run takes besides its acts."""
AROUND = 25.0
"""Approximate seconds that an act takes besides its longest bound: a settled baseline, the fault, and its recovery."""
_USUAL = {"GRACE": 50.0, "MONITOR": 5.0, "SYNC": 1.0, "CACHE": 30.0, "HPA": 15.0, "STABLE": 300.0, "SYN_SENT": 120.0}
_OTHER = 10.0


@dataclass(frozen=True, eq=False)
class SharedRun:
    """One run of one or several attempts.

    :param attempts: at most one of each scenario
    """

    attempts: tuple[Attempt, ...]

    @property
    def name(self) -> str:
        """Its scenarios and sabotages, for display."""
        return ", ".join(f"{one.scenario.id} · {one.name}" for one in self.attempts)

    @property
    def title(self) -> str:
        """A shorter name, for progress."""
        first, *more = self.attempts
        return first.scenario.id + (f" and {len(more)} more" if more else "")

    @property
    def sabotages(self) -> list[str]:
        """The ids of all its sabotages."""
        return list(dict.fromkeys(id_ for one in self.attempts for id_ in one.wanted))

    @property
    def exclusive(self) -> set[str]:
        """The machine resources that no run on another cluster may use at the same time."""
        return set[str]().union(*(one.exclusive for one in self.attempts))


def shared(planned: Sequence[Attempt]) -> list[SharedRun]:
    """Return the runs in which to perform attempts, the longest attempts first."""
    runs: list[list[Attempt]] = []
    for one in sorted(planned, key=_acts_take, reverse=True):
        run = next((each for each in runs if _fits(one, each)), None)
        if run is None:
            runs.append([one])
        else:
            run.append(one)
    return [SharedRun(tuple(each)) for each in runs]


def _fits(one: Attempt, run: Sequence[Attempt]) -> bool:
    """Return whether a run can have another attempt: it stays short, each scenario meets its own sabotages only, and no finding
    can be taken for that of another attempt.
    """
    whole = [*run, one]
    ids = {id_ for each in whole for id_ in each.wanted}
    return (
        sum(_acts_take(each) for each in whole) <= TOGETHER
        and all(each.scenario.id != one.scenario.id and each.exclusive == one.exclusive for each in run)
        and not _asked(one) & {key for each in run for key in _asked(each)}
        and all(ids & each.scenario.sabotages.keys() == each.wanted.keys() for each in whole)
    )


def _asked(attempt: Attempt) -> set[tuple[str, str]]:
    """Return the claims and cases that an attempt asks, by which its findings are known."""
    return {(one.case.claim, one.case.name) for one in attempt.cases}


def perform_run(
    run: SharedRun, reports: Path, options: Sequence[str], execute: Callable[[Sequence[str]], int], grade: str = ""
) -> tuple[Path, int]:
    """Perform a run in its own process, and return its journal and its exit status.

    :param reports: the folder for the run, in which no other run may begin meanwhile
    :param options: further pytest options, such as ``--seed``
    :param execute: runs a command line to its end, and returns its exit status
    :param grade: the suffix of each sabotage's id, such as ``@2``; empty for a sabotage until the act's end
    :raises SkepticError: when there was no run, of the kind that the exit status stands for
    """
    before = set(reports.glob("*/journal.jsonl"))
    tests = [test for one in run.attempts for test in one.tests]
    words = [sys.executable, "-m", "pytest", "-q", "--tb=no", *tests, "--reports", str(reports)]
    status = execute([*words, *(f"--sabotage={id_}{grade}" for id_ in run.sabotages), *options])
    fresh = sorted(set(reports.glob("*/journal.jsonl")) - before)
    if not fresh:
        raise error_of(status)(f"no case was performed under {' + '.join(run.sabotages)}; see pytest's output above")
    return fresh[-1], status


class UsualSettings(Settings):
    """Approximate Kubernetes defaults: good enough for ordering attempts, and for nothing else."""

    def __init__(self) -> None:
        super().__init__({})

    def setting(self, name: str) -> Setting:
        """Return the approximate usual value of a setting, in seconds."""
        return Setting(name, _USUAL.get(name, _OTHER), "usual")


def expected_seconds(run: SharedRun) -> float:
    """Return approximately how long a run takes, in seconds, from its acts and the bounds that they are watched for."""
    return OPENING + sum(_acts_take(one) for one in run.attempts)


def _acts_take(attempt: Attempt) -> float:
    return sum(_seconds(attempt, act) for act in attempt.acts)


def _seconds(attempt: Attempt, act: ActPlan) -> float:
    bounds = [one.case.watched or one.case.within for one in attempt.cases if act.name in one.case.acts]
    watched = [bound.at_most(UsualSettings()).value + TAIL for bound in bounds if bound]
    return AROUND + max(watched, default=0.0)
