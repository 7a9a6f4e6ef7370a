"""A case: one way in which a claim is asked, as data on a test."""

from __future__ import annotations

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
    """

    claim: str
    name: str = ""
    acts: tuple[str, ...] = ()
    of: str = ""
    within: Expression | None = None
    soonest: Expression | None = None
    watched: Expression | None = None
    broken_by: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What ``pytest -k`` chooses it by."""
        return tuple(word for word in (self.claim, self.name) if word)

    def __str__(self) -> str:
        return f"{self.claim} ({self.name})" if self.name else self.claim
