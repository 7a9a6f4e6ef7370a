from __future__ import annotations

import pytest

from kubeskeptic.counting import agreeing, counted


@pytest.mark.parametrize(
    ("number", "noun", "plural", "said"),
    [
        (0, "pod", "", "0 pods"),
        (1, "pod", "", "1 pod"),
        (3, "name server", "", "3 name servers"),
        (1, "entry", "entries", "1 entry"),
        (2, "entry", "entries", "2 entries"),
        (1234567, "request", "", "1234567 requests"),
        (1.0, "connection", "", "1 connection"),
        (4.0, "connection", "", "4 connections"),
        (0.5, "core", "", "0.5 cores"),
    ],
)
def test_only_one_is_followed_by_the_singular(number: float, noun: str, plural: str, said: str) -> None:
    assert counted(number, noun, plural) == said


@pytest.mark.parametrize(("number", "verb"), [(0, "were"), (1, "was"), (1.0, "was"), (2, "were")])
def test_a_verb_agrees_with_its_number(number: float, verb: str) -> None:
    assert agreeing(number, "was", "were") == verb
