"""Which kept connections count as cut while a node is out. It goes at 1 s and is back at 9.5 s.

The drawings are those of ``node_out.py``: ``a`` is an answer of the pod that is lost, ``b`` of one elsewhere.
"""

from __future__ import annotations

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Gap
from tests.checks.node_out import (
    BEFORE,
    CUT,
    ELSEWHERE,
    SHARE,
    TWO_KEPT,
    drawn,
    found_in,
    kept,
    out,
    story,
)

BLIND = Gap("watch", "", "", "Pod", 2.0, 3.0, "the connection broke")


def but(tick: int, sign: str = "t", good: str = "b") -> str:
    return good * tick + sign + good * (59 - tick)


FRESH = {at: 50000 + at for at in range(60)}
"""A source port for each question."""


@pytest.mark.parametrize(
    ("drawing", "ports", "cut"),
    [
        (ELSEWHERE, {}, 0),
        ("x" + "b" * 59, FRESH, 0),  # nobody had answered on it
        (but(15), {}, 1),
        ("b" * 15 + "xx" + "b" * 43, {}, 1),  # the second is on none that was answered
        ("b" * 15 + "xbxb" + "b" * 41, {}, 2),
        ("b" * 15 + "xbxb" + "b" * 41, FRESH, 0),
        ("a" * 10 + "x" + "b" * 49, {}, 0),  # its pod is lost
        ("a" * 10 + "xbx" + "b" * 47, {}, 1),
        ("b" * 10 + "x" + "b" * 49, {}, 1),  # it was answered before the node went
        (but(59), {}, 1),
        (but(15), {16: 50001}, 1),
        (but(30), dict.fromkeys(range(21, 30), 50001), 1),  # silent for just a second
        (but(30), dict.fromkeys(range(20, 30), 50001), 0),
    ],
)
def test_a_connection_is_cut_that_fails_after_a_pod_elsewhere_had_answered_on_it(
    drawing: str, ports: dict[int, int], cut: int
) -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(drawing, ports, "kept-2"))
    assert found.measured[CUT].value == cut
    assert (found.verdict is Verdict.VIOLATED) is bool(cut), found.why


def test_a_connection_may_be_cut_whose_next_request_has_an_unknown_end() -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15, "?"), probe="kept-2"))
    assert (found.verdict, *found.measured[CUT].interval) == (Verdict.INCONCLUSIVE, 0, 1)
    both = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15, "?"), probe="kept-2"), kept(but(15), probe="kept-3"))
    assert (both.verdict, *both.measured[CUT].interval) == (Verdict.VIOLATED, 1, 2)


def test_where_the_endpoints_are_not_known_another_pod_may_have_been_lost() -> None:
    more_than_its_share, cut = drawn(BEFORE + "t" * 18 + "." * 32), kept(but(15), probe="kept-2")
    for lanes in ((more_than_its_share, *TWO_KEPT), (drawn(BEFORE + SHARE), TWO_KEPT[0], cut)):
        assert out(*lanes).verdict is Verdict.VIOLATED
        blind = story(*lanes)
        blind.recording.gaps += [BLIND]
        assert found_in(blind).verdict is Verdict.INCONCLUSIVE


def test_cut_connections_of_all_lanes_are_counted() -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15), probe="kept-2"), kept(but(16), probe="kept-3"))
    assert found.measured[CUT].value == 2


def test_what_is_cut_by_the_return_does_not_count() -> None:
    found = out(drawn(BEFORE + SHARE + "." * 9), TWO_KEPT[0], kept(ELSEWHERE + "x" + "b" * 8, probe="kept-2"))
    assert (found.measured[CUT].value, found.verdict) == (0, Verdict.HOLDS)
