"""The labels by which everything of ours in a cluster is found again, with or without a journal."""

from __future__ import annotations

MANAGED_BY = "app.kubernetes.io/managed-by"
RUN = "kubeskeptic/run"
OURS = f"{MANAGED_BY}=kubeskeptic"
"""Selects everything that the harness ever made."""


def ours(run: str) -> dict[str, str]:
    """The labels of everything that one run makes."""
    return {MANAGED_BY: "kubeskeptic", RUN: run}
