"""A case: one way in which a claim is asked, as data on a test."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubeskeptic.bounds import Expression


@dataclass(frozen=True)
class Case:
    """Claim × act × bound × victim.

    :param claim: the claim's id
    :param name: of the case; empty for a claim that is asked in one way
    :param acts: the acts whose recording it reads, in the order in which they are played
    :param of: the app whose pod is the victim, where several faults are injected in the act
    :param within: the bound of what is measured, without the margin
    :param soonest: the earliest that it may happen, without the margin
    :param watched: how long the act has to be watched, where that is longer than ``within``
    :param broken_by: the sabotages that must break it; when None, those of its claim that come into force in its acts
    :param since: the first minor version of Kubernetes in which it can be asked, such as ``1.35``; empty for every one
    :param until: the last one
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
        """What ``pytest -k`` chooses it by."""
        return tuple(word for word in (self.claim, self.name) if word)

    def missing_in(self, version: str) -> str:
        """Return why it cannot be asked of a version of Kubernetes, as a sentence; empty when it can.

        :param version: such as ``v1.36.3``; one that cannot be read leaves nothing out
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
