"""What a claim is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from kubeskeptic.findings import Post


class Risk(IntEnum):
    """What may be done to a cluster. Each level includes those before it."""

    READ_ONLY = 0
    OWN_NAMESPACE = 1
    NODE = 2
    CONTROL_PLANE = 3

    @property
    def words(self) -> str:
        """As it is written on the command line: ``own-namespace``."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Claim:
    """One thing the post says about Kubernetes, made precise enough to be asked of a cluster."""

    id: str
    """Stable: appears in suites, reports and baselines, and never changes its meaning."""
    chapter: str
    says: str
    """The post's words: a short quote."""
    states: str
    """One precise sentence of ours; the verdict is about this."""
    post: Post
    """What we expect to find about the post's sentence on upstream Kubernetes."""
    condition: str
    """What the post's sentence leaves out, when it is qualified or contradicted."""
    broken_by: tuple[str, ...]
    """Sabotages that must turn the verdict to violated."""
    needs: Risk = Risk.OWN_NAMESPACE
    """The risk level that asking it takes."""
