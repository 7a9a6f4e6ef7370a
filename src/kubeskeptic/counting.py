"""Numbers with their nouns, for sentences: one pod is ``1 pod``, never ``1 pods``."""

from __future__ import annotations


def counted(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 pod``, ``3 pods``, ``0 pods``, ``0.5 cores``.

    :param noun: the noun for one, with its adjectives if it has any: ``name server``
    :param plural: what any other number is followed by, where that is not ``noun`` with an s
    """
    return f"{number if isinstance(number, int) else f'{number:g}'} {noun if number == 1 else plural or f'{noun}s'}"


def agreeing(number: float, one: str, more: str) -> str:
    """Return the form of a verb or pronoun that agrees with a number: ``was`` with 1, ``were`` with any other."""
    return one if number == 1 else more
