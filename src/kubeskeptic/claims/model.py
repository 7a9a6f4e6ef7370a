"""The definition of a claim."""

from __future__ import annotations

from dataclasses import dataclass

from kubeskeptic.findings import Post
from kubeskeptic.guard.risk import Risk

OWN = "own"
"""The chapter of claims that are not about the post."""


@dataclass(frozen=True)
class Claim:
    """One statement about Kubernetes or an application on it, made precise enough to be tested on a cluster."""

    id: str
    """Stable: it appears in suites, reports and baselines, and its meaning never changes."""
    chapter: str = OWN
    says: str = ""
    """A short quote from the post; empty for a claim that is not about the post."""
    states: str = ""
    """Our own precise statement, in one sentence; the verdict is about this."""
    post: Post | None = None
    """What we expect a test on upstream Kubernetes to say about the post's sentence."""
    condition: str = ""
    """What the post's sentence omits, when it is qualified or contradicted."""
    broken_by: tuple[str, ...] = ()
    """Sabotages that must turn the verdict to violated."""
    needs: Risk = Risk.NAMESPACE
    """The risk level required to test the claim."""
