"""What a claim is, and a case: one way to test it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubeskeptic.bounds import Expression
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


@dataclass(frozen=True)
class Case:
    """Claim × act × bound × victim.

    :param claim: the claim's id
    :param name: the case's name; empty for a claim with a single case
    :param acts: the acts whose recording the case reads, in the order in which they are played
    :param of: the app whose pod is the victim, if the act injects several faults
    :param within: the bound of the measured value, without the margin
    :param soonest: the earliest time at which it may happen, without the margin
    :param watched: how long the act must be watched, if longer than ``within``
    :param broken_by: the sabotages that must break the case; None: the sabotages of its claim that are in force in its acts
    :param since: the first minor version of Kubernetes to which the case applies, such as ``1.35``; empty for any
    :param until: the last minor version to which it applies; empty for any
    """

    claim: str
    name: str = ""
    acts: tuple[str, ...] = ()
    of: str = ""
    within: Expression | None = None
    soonest: Expression | None = None
    watched: Expression | None = None
    broken_by: tuple[str, ...] | None = None
    since: str = ""
    until: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The keywords by which ``pytest -k`` selects the case."""
        return tuple(word for word in (self.claim, self.name) if word)

    def missing_in(self, version: str) -> str:
        """Return why the case does not apply to a version of Kubernetes, as a sentence; empty when it applies.

        :param version: such as ``v1.36.3``; a version that cannot be parsed excludes nothing
        """
        minor = _minor(version)
        if minor is None:
            return ""
        if self.since and minor < (_minor(self.since) or 0):
            return f"this is so since Kubernetes {self.since}, and the cluster runs {version}"
        if self.until and minor > (_minor(self.until) or 0):
            return f"this was so until Kubernetes {self.until}, and the cluster runs {version}"
        return ""

    def __str__(self) -> str:
        return f"{self.claim} ({self.name})" if self.name else self.claim


def _minor(version: str) -> int | None:
    found = re.match(r"v?1\.(\d+)", version)
    return int(found[1]) if found else None
