"""Runs: one use of one cluster, from the guard's question to the comparison at the end."""

from kubeskeptic.runs.model import Run

__all__ = ["Run"]
