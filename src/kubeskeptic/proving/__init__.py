"""Proof: every claim performed under each sabotage that it names, and the verdict that came out, kept with the project.

A claim that nobody could break is not covered: a check that cannot fail says nothing when it passes.
"""

from kubeskeptic.proving.campaign import Attempt, attempts, proofs_of, run_attempt
from kubeskeptic.proving.proofs import Proof, read_proofs, write_proofs

__all__ = ["Attempt", "Proof", "attempts", "proofs_of", "read_proofs", "run_attempt", "write_proofs"]
