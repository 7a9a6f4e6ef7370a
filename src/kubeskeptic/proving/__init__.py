"""Proofs: every case is performed under each sabotage that must break it, and the resulting verdict is kept with the project.

A claim that no sabotage could break is not covered: a check that cannot fail proves nothing when it passes.
"""

from kubeskeptic.proving.again import journals, judged_again
from kubeskeptic.proving.campaign import Attempt, attempts, perform_attempt, proofs_of, unbroken
from kubeskeptic.proving.grades import (
    GRADES,
    Grade,
    graded,
    grades_again,
    grades_of,
    read_grades,
    undetected,
    write_grades,
)
from kubeskeptic.proving.performing import Performer, Place
from kubeskeptic.proving.processes import Processes
from kubeskeptic.proving.proofs import Proof, read_proofs, write_proofs
from kubeskeptic.proving.refused import require_known, why_nothing
from kubeskeptic.proving.side_by_side import SideBySide
from kubeskeptic.proving.suites import Asked, asked_by

__all__ = [
    "GRADES",
    "Asked",
    "Attempt",
    "Grade",
    "Performer",
    "Place",
    "Processes",
    "Proof",
    "SideBySide",
    "asked_by",
    "attempts",
    "graded",
    "grades_again",
    "grades_of",
    "journals",
    "judged_again",
    "perform_attempt",
    "proofs_of",
    "read_grades",
    "read_proofs",
    "require_known",
    "unbroken",
    "undetected",
    "why_nothing",
    "write_grades",
    "write_proofs",
]
