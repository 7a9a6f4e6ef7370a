"""Failures and good answers whose source port had met silence: one letter every half second, a blank was never asked.

The timeout of the entry is 2 s, and 2 s are the margin: what comes eight letters later is still within it.
"""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.timeline import Lane
from kubeskeptic.timeline.stale_conntrack import after_silence, stale
from tests import drawn

UNREACHABLE = OUTCOMES.index(Outcome.UNREACHABLE)


def asked(drawing: str, *ports: int) -> Lane:
    """A lane whose questions have these source ports in turn, or all the same one; ``u`` was unreachable."""
    given = {tick: (ports or (7,))[tick % (len(ports) or 1)] for tick in range(len(drawing))}
    found = drawn.lane(drawing.replace("u", "t"), period=0.5, ports=given)
    for at, sign in enumerate(drawing.replace(" ", "")):
        found.codes[at] = UNREACHABLE if sign == "u" else found.codes[at]
    return found


@pytest.mark.parametrize(
    ("drawing", "positions"),
    [
        ("tt", {1}),
        ("uu", {1}),
        ("tu", {1}),
        ("t", set()),
        ("t.t", set()),  # a good answer: the entry is gone
        ("..t", set()),
        ("trt", {2}),  # a refused connection has met no entry, and leaves none
        ("rt", set()),
        ("wt", set()),
        ("t?w", set()),
        ("ttr.", {1}),
    ],
)
def test_a_failure_is_stale_whose_port_had_met_silence(drawing: str, positions: set[int]) -> None:
    assert stale(asked(drawing), 2.0) == positions


@pytest.mark.parametrize(
    ("ticks", "positions"),
    [
        ((0, 8), {1}),
        ((0, 9), set()),
        ((0, 4, 8, 9), {1, 2}),  # the entry is not renewed by what meets it
        ((0, 9, 17), {2}),  # what met none makes another
        ((0, 9, 18), set()),
    ],
)
def test_an_entry_lives_from_the_silence_that_made_it_for_its_timeout_and_the_margin(
    ticks: tuple[int, ...], positions: set[int]
) -> None:
    drawing = "".join("t" if tick in ticks else " " for tick in range(20))
    assert stale(asked(drawing), 2.0) == positions


@pytest.mark.parametrize(("since", "positions"), [(0.0, {1, 2}), (0.1, {2}), (0.5, {2}), (0.6, set()), (9.0, set())])
def test_silence_before_a_moment_may_be_left_out_as_a_cause(since: float, positions: set[int]) -> None:
    assert stale(asked("ttt"), 2.0, since) == positions


def test_only_the_same_port_meets_the_entry() -> None:
    assert stale(asked("tttt", 1, 2), 2.0) == {2, 3}
    assert stale(asked("t.tt", 1, 2), 2.0) == {2}
    assert stale(asked("tt", 0), 2.0) == frozenset(), "a question that never had a port"


@pytest.mark.parametrize(
    ("drawing", "positions"),
    [
        ("t.", {1}),
        ("u..", {1, 2}),
        (".t", set()),
        ("tr.", {2}),
        ("r.", set()),
        ("tw", set()),
        ("tt", set()),
        ("t       .", {1}),
        ("t        .", set()),
        ("t   t       .", {2}),  # the later silence counts
    ],
)
def test_a_good_answer_comes_after_silence_on_its_port(drawing: str, positions: set[int]) -> None:
    assert after_silence(asked(drawing), 2.0) == positions


def test_a_good_answer_on_another_port_comes_after_none() -> None:
    assert after_silence(asked("t.t.", 1, 2), 2.0) == frozenset()
    assert after_silence(asked("tr.", 1, 2), 2.0) == {2}
