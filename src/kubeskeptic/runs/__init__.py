"""Runs: one use of one cluster, from the guard's check to the comparison of snapshots at the end."""

from kubeskeptic.runs.model import Run

__all__ = ["Run"]
