"""Labels neither overlap each other nor have leaders run through them."""

from __future__ import annotations

import random

import pytest

from kubeskeptic.reports.drawing.labels import SLACK, Label, Placed, place

LEFT, RIGHT = 130.0, 950.0


def clean(placed: list[Placed]) -> bool:
    for one in placed:
        for other in placed:
            if one is other:
                continue
            (a, b), (c, d) = one.span, other.span
            if one.row == other.row and a < d and c < b:
                return False
            if other.row > one.row and a + SLACK < other.label.x < b - SLACK:
                return False
    return True


def test_labels_with_room_stand_in_one_row() -> None:
    placed = place([Label(200, "one"), Label(500, "two")], LEFT, RIGHT, 6)
    assert [one.row for one in placed] == [0, 0]


def test_the_earlier_of_two_close_labels_hangs_lower() -> None:
    placed = place([Label(135, "the first of them"), Label(160, "the second")], LEFT, RIGHT, 6)
    assert [(one.label.x, one.row) for one in placed] == [(135, 1), (160, 0)]


def test_labels_at_one_place_read_downwards_in_order() -> None:
    placed = place([Label(200, "first"), Label(201, "second"), Label(202, "third")], LEFT, RIGHT, 6)
    assert [one.label.text for one in sorted(placed, key=lambda one: one.row)] == ["first", "second", "third"]


def test_labels_that_have_to_reach_left_leave_room_for_those_before_them() -> None:
    text = "delete pod plain-db4578f44-fbvlv"
    placed = place([Label(x, text, 9) for x in (402, 600, 800)], LEFT, RIGHT, 6)
    assert len(placed) == 3


def test_a_label_at_the_right_edge_ends_at_its_place() -> None:
    (one,) = place([Label(940, "too long to stand right of it")], LEFT, RIGHT, 6)
    assert one.flipped
    assert one.span[1] == 940


def test_where_no_row_is_free_what_matters_least_goes() -> None:
    crowd = [Label(300 + 5 * n, "a rather long text for so many", matters=9 if n == 3 else 1) for n in range(12)]
    placed = place(crowd, LEFT, RIGHT, 4)
    assert crowd[3] in [one.label for one in placed]
    assert len(placed) < 12


def test_nothing_to_place_is_no_trouble() -> None:
    assert place([], LEFT, RIGHT, 4) == []


@pytest.mark.parametrize("seed", range(40))
def test_however_they_fall_they_stay_apart(seed: int) -> None:
    chance = random.Random(seed)
    labels = [
        Label(chance.uniform(LEFT, RIGHT), "x" * chance.randint(3, 60), chance.randint(1, 5))
        for _ in range(chance.randint(1, 25))
    ]
    assert clean(place(labels, LEFT, RIGHT, 8))
