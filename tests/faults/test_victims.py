from __future__ import annotations

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.victims import choose, moment

NODES = ["worker", "worker2", "worker3"]


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    assert choose(NODES, "crash", 1) == choose(reversed(NODES), "crash", 1) == choose(NODES * 2, "crash", 1)


def test_known_answers_stay() -> None:
    assert choose(NODES, "crash", 1, 3) == ["worker3", "worker2", "worker"]
    assert moment(0.0, 10.0, "crash", 1) == pytest.approx(6.8975, abs=1e-4)


def test_every_candidate_comes_up_about_as_often() -> None:
    first = [choose(NODES, "crash", seed)[0] for seed in range(300)]
    assert all(70 < first.count(node) < 130 for node in NODES)


def test_a_vanished_candidate_leaves_the_order_of_the_others() -> None:
    order = choose(NODES, "crash", 5, 3)
    assert choose(order[1:], "crash", 5, 2) == order[1:]


@pytest.mark.parametrize("count", [0, 4])
def test_senseless_counts(count: int) -> None:
    with pytest.raises(BadInput, match=f"asked for {count} victims"):
        choose(NODES, "crash", 1, count)


def test_moments_lie_between() -> None:
    assert all(2.0 <= moment(2.0, 3.0, "m", seed) < 3.0 for seed in range(100))
