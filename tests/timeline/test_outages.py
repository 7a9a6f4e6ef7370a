from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.timeline import outages
from tests.drawn import lane


def test_an_outage_begins_when_the_failed_question_was_sent_and_ends_with_the_next_good_one() -> None:
    (one,) = outages(lane(".....rrt......"))
    assert (round(one.start, 3), round(one.end, 3)) == (0.5, 0.8)
    assert (one.failed, one.asked) == (3, 3)
    assert one.outcomes == {Outcome.REFUSED: 2, Outcome.TIMEOUT: 1}


def test_failures_close_together_are_one_outage() -> None:
    assert [(o.failed, o.asked) for o in outages(lane("..r..r..r......................"), join=1.0)] == [(3, 7)]
    assert len(outages(lane("..r" + "." * 15 + "r.."), join=1.0)) == 2


def test_an_outage_that_does_not_end_is_open() -> None:
    (one,) = outages(lane("....rr"))
    assert one.open
    assert round(one.seconds, 3) == 0.1


def test_only_what_was_sent_in_the_window_counts() -> None:
    assert outages(lane("r.........r"), since=0.05, until=1.0) == []
