"""Sabotages: named ways to break the cluster or the workload so that a claim must fail. How we know that checks can.

``skeptic prove`` performs a claim's scenario under each sabotage that the claim names in ``broken_by`` and records what the
verdict became. A sabotage of the workload rewrites its manifest; one of the cluster is a fault, in force from a named point
of the story until the end of its act.
"""

from kubeskeptic.sabotages.catalogue import SABOTAGES, sabotage
from kubeskeptic.sabotages.model import Sabotage

__all__ = ["SABOTAGES", "Sabotage", "sabotage"]
