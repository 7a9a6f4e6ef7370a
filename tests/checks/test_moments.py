"""What a scenario notes of the times at which it did something."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.moments import moment
from kubeskeptic.errors import Inconclusive
from tests.checks.declared import declared


@pytest.mark.parametrize("when", [(1.0, 1.0), (1.0, 20.0), (5.0, 5.2)])
def test_what_was_done_in_an_act(when: tuple[float, float]) -> None:
    assert moment(declared(), *when) == Interval(*when)


@pytest.mark.parametrize("when", [(0.9, 5.0), (5.0, 20.1), (5.2, 5.0)])
def test_what_cannot_have_been_done_in_it(when: tuple[float, float]) -> None:
    with pytest.raises(Inconclusive, match="a clock or a record is wrong"):
        moment(declared(), *when)
