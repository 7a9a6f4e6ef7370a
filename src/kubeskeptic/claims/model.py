"""What a claim is."""

from __future__ import annotations

from dataclasses import dataclass

from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

OWN = "own"
"""The chapter of claims that are not about the post."""


@dataclass(frozen=True)
class Claim:
    """One thing that is said about Kubernetes or an application on it, made precise enough to be asked of a cluster."""

    id: str
    """Stable: appears in suites, reports and baselines, and never changes its meaning."""
    chapter: str = OWN
    says: str = ""
    """The post's words: a short quote; empty for a claim that is not about the post."""
    states: str = ""
    """One precise sentence of ours; the verdict is about this."""
    post: Post | None = None
    """What we expect to find about the post's sentence on upstream Kubernetes."""
    condition: str = ""
    """What the post's sentence leaves out, when it is qualified or contradicted."""
    broken_by: tuple[str, ...] = ()
    """Sabotages that must turn the verdict to violated."""
    needs: Risk = Risk.NAMESPACE
    """The risk level that asking it takes."""
