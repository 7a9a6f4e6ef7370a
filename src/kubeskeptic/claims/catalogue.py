"""All claims, in the post's order: the claims of the chapters, and the claims that test files declare."""

from __future__ import annotations

from kubeskeptic.claims.chapters import (
    control_loops,
    dns,
    kube_proxy,
    limits,
    networking,
    outside,
    pods,
    services,
    workloads,
)
from kubeskeptic.claims.model import OWN, Claim
from kubeskeptic.errors import BadInput, UnknownClaim

CHAPTERS: dict[str, str] = {
    "control_loops": "Control loops",
    "workloads": "Workloads",
    "pods": "Pods",
    "services": "Services",
    "dns": "DNS",
    "networking": "Networking",
    "kube_proxy": "kube-proxy",
    "outside": "From outside",
    "limits": "Limits",
    OWN: "Your own",
}
"""Titles of the post's chapters by folder name, in the post's order."""
CLAIMS = tuple(
    claim
    for chapter in (control_loops, workloads, pods, services, dns, networking, kube_proxy, outside, limits)
    for claim in chapter.CLAIMS
)
"""The post's claims, in its order."""
_declared: dict[str, Claim] = {}


def declare(one: Claim) -> Claim:
    """Add a claim that a test file declares to the catalogue, and return it.

    :raises BadInput: when another claim has the same id, or the claim states nothing or names an unknown chapter
    """
    if not one.states or one.chapter not in CHAPTERS:
        raise BadInput(f"the claim {one.id} has to state one sentence, in a chapter of {', '.join(CHAPTERS)}")
    if _declared.get(one.id, one) != one or any(one.id == ours.id for ours in CLAIMS):
        raise BadInput(f"there are two claims {one.id}; an id stands for one sentence, so give one of them another id")
    _declared[one.id] = one
    return one


def own_claim(id_: str) -> Claim | None:
    """Return the claim with this id that a test file declared; None for the project's own claims."""
    return _declared.get(id_)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim, chapter by chapter in the post's order; those that test files declared come last in their chapter."""
    order = list(CHAPTERS)
    return tuple(sorted((*CLAIMS, *_declared.values()), key=lambda claim: order.index(claim.chapter)))


def claim(id_: str) -> Claim:
    """Return the claim with this id.

    :raises UnknownClaim: with the closest ids
    """
    for one in catalogue():
        if one.id == id_:
            return one
    from difflib import get_close_matches

    close = get_close_matches(id_, [one.id for one in catalogue()], n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`skeptic claims` lists them"
    raise UnknownClaim(f"there is no claim “{id_}”; {hint}")
