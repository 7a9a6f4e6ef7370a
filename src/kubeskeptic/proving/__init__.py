"""Proof: every case performed under each sabotage that must break it, and the verdict that came out, kept with the project.

A claim that no sabotage could break is not covered: a check that cannot fail says nothing when it passes.
"""

from kubeskeptic.proving.again import judged_again
from kubeskeptic.proving.campaign import Attempt, attempts, proofs_of, run_attempt, unbroken
from kubeskeptic.proving.proofs import Proof, read_proofs, write_proofs
from kubeskeptic.proving.suites import Asked, asked_by

__all__ = [
    "Asked",
    "Attempt",
    "Proof",
    "asked_by",
    "attempts",
    "judged_again",
    "proofs_of",
    "read_proofs",
    "run_attempt",
    "unbroken",
    "write_proofs",
]
