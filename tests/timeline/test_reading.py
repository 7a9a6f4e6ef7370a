"""What a check has read: each lane and kind with the whole stretch of time that matters to it."""

from __future__ import annotations

import pytest

from kubeskeptic.timeline.reading import Reading, Window


@pytest.mark.parametrize(
    ("more", "whole"),
    [
        ((2.0, 3.0), (1.0, 4.0)),
        ((0.5, 3.0), (0.5, 4.0)),
        ((2.0, 5.0), (1.0, 5.0)),
        ((6.0, 7.0), (1.0, 7.0)),
        ((-2.0, -1.0), (-2.0, 4.0)),
        ((1.0, 4.0), (1.0, 4.0)),
    ],
)
def test_what_is_read_twice_matters_from_the_earlier_beginning_to_the_later_end(more: Window, whole: Window) -> None:
    reading = Reading()
    reading.note(reading.lanes, "web", (1.0, 4.0))
    reading.note(reading.lanes, "web", more)
    reading.note(reading.lanes, "name", (9.0, 9.5))
    assert reading.lanes == {"web": whole, "name": (9.0, 9.5)}


def test_lanes_and_kinds_are_kept_apart_and_each_check_has_its_own() -> None:
    one, other = Reading(), Reading()
    one.note(one.lanes, "web", (1.0, 2.0))
    one.note(one.kinds, "Pod", (3.0, 4.0))
    assert (one.lanes, one.kinds) == ({"web": (1.0, 2.0)}, {"Pod": (3.0, 4.0)})
    for nothing in (other.lanes, other.kinds, other.unbroken, other.tables, other.unfinished, other.lasting):
        assert not nothing
    assert other.fault is None
