"""How long an attempt is expected to take: long ones are started first when several clusters share the work."""

from __future__ import annotations

from kubeskeptic.durations import TAIL
from kubeskeptic.proving.campaign import Attempt
from kubeskeptic.scenarios.declaration import ActPlan
from kubeskeptic.settings import Setting, Settings

OPENING = 60.0
"""Approximate seconds that a run takes besides its acts."""
AROUND = 25.0
"""Approximate seconds that an act takes besides its longest bound: a settled baseline, the fault, and its recovery."""
_USUAL = {"GRACE": 50.0, "MONITOR": 5.0, "SYNC": 1.0, "CACHE": 30.0, "HPA": 15.0, "STABLE": 300.0, "SYN_SENT": 120.0}
_OTHER = 10.0


class UsualSettings(Settings):
    """Approximate Kubernetes defaults: good enough for ordering attempts, and for nothing else."""

    def __init__(self) -> None:
        super().__init__({})

    def setting(self, name: str) -> Setting:
        """Return the approximate usual value of a setting, in seconds."""
        return Setting(name, _USUAL.get(name, _OTHER), "usual")


def expected_seconds(attempt: Attempt) -> float:
    """Return approximately how long an attempt takes, in seconds, from its acts and the bounds that they are watched for."""
    return OPENING + sum(_seconds(attempt, act) for act in attempt.acts)


def _seconds(attempt: Attempt, act: ActPlan) -> float:
    bounds = [one.case.watched or one.case.within for one in attempt.cases if act.name in one.case.acts]
    watched = [bound.at_most(UsualSettings()).value + TAIL for bound in bounds if bound]
    return AROUND + max(watched, default=0.0)
