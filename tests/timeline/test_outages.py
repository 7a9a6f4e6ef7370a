import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.timeline import outages
from kubeskeptic.timeline.outages import Outage
from tests.drawn import lane


def test_an_outage_begins_when_the_failed_question_was_sent_and_ends_with_the_next_good_one() -> None:
    (one,) = outages(lane(".....rrt......"))
    assert (round(one.start, 3), round(one.end, 3)) == (0.5, 0.8)
    assert (one.failed, one.asked) == (3, 3)
    assert one.outcomes == {Outcome.REFUSED: 2, Outcome.TIMEOUT: 1}


def test_failures_close_together_are_one_outage() -> None:
    assert [(o.failed, o.asked) for o in outages(lane("..r..r..r......................"), join=1.0)] == [(3, 7)]
    assert len(outages(lane("..r" + "." * 15 + "r.."), join=1.0)) == 2


@pytest.mark.parametrize(("good", "how_many"), [(7, 1), (8, 2)])
def test_failures_as_far_apart_as_is_joined_are_one_outage(good: int, how_many: int) -> None:
    assert len(outages(lane("r" + "." * good + "r.", period=0.125), join=1.0)) == how_many


def test_an_outage_that_does_not_end_is_open() -> None:
    (one,) = outages(lane("....rr"))
    assert one.open
    assert round(one.seconds, 3) == 0.1


def test_only_what_was_sent_in_the_window_counts() -> None:
    assert outages(lane("r.........r"), since=0.05, until=1.0) == []


@pytest.mark.parametrize(("since", "until", "failed"), [(0.0, 1.0, 2), (0.5, 1.0, 1), (0.625, 1.0, 0), (0.0, 0.5, 1)])
def test_the_window_begins_with_its_first_moment_and_ends_before_its_last(
    since: float, until: float, failed: int
) -> None:
    one = lane("...rr.........", period=0.125)
    one.sent[3] = 0.25
    assert sum(outage.failed for outage in outages(one, since, until)) == failed


def test_an_outage_knows_where_it_was_seen_and_what_was_asked_in_it() -> None:
    (one,) = outages(lane("..r..t.", "n7", "name"))
    assert (one.node, one.probe, one.failed, one.asked, one.open) == ("n7", "name", 2, 4, False)
    assert (round(one.start, 3), round(one.last, 3), round(one.end, 3)) == (0.2, 0.5, 0.6)


def test_a_lane_s_first_question_counts_and_failures_a_second_apart_are_joined() -> None:
    assert [(one.start, one.failed) for one in outages(lane("r."))] == [(0.0, 1)]
    assert len(outages(lane("r" + "." * 7 + "r.", period=0.125))) == 1
    assert len(outages(lane("r" + "." * 8 + "r.", period=0.125))) == 2


def test_an_outage_of_which_only_its_times_are_known_has_ended() -> None:
    one = Outage("n1", "web", 1.0, 3.5, 3.0)
    assert (one.seconds, one.failed, one.asked, one.outcomes, one.open) == (2.5, 0, 0, {}, False)


@pytest.mark.parametrize(
    ("drawing", "doubtful", "failed", "asked"), [("r?r.", True, 3, 3), ("r?r.", False, 2, 3), ("r?.", False, 1, 1)]
)
def test_a_question_whose_outcome_is_not_known_counts_as_asked_for(
    drawing: str, doubtful: bool, failed: int, asked: int
) -> None:
    (one,) = outages(lane(drawing), doubtful=doubtful)
    assert (one.failed, one.asked, one.outcomes[Outcome.UNKNOWN]) == (failed, asked, int(doubtful))


def test_an_outage_ends_with_a_question_whose_outcome_is_not_known_when_that_is_no_failure() -> None:
    (ended,) = outages(lane("..r??."), doubtful=False)
    assert (round(ended.end, 3), ended.open) == (0.3, False)
    (failed,) = outages(lane("..r??."))
    assert (round(failed.end, 3), failed.open) == (0.5, False)
    assert outages(lane("..??.."), doubtful=False) == []


def test_each_outage_counts_its_own_questions() -> None:
    found = outages(lane("...r.r........rr.r", period=0.125), join=0.5)
    assert [(one.failed, one.asked, one.open) for one in found] == [(2, 3, False), (3, 4, True)]
    assert [(one.start, one.last, one.end) for one in found] == [(0.375, 0.625, 0.75), (1.75, 2.125, 2.125)]


def test_questions_before_the_first_failure_and_after_the_last_belong_to_no_outage() -> None:
    (one,) = outages(lane("....r...."))
    assert (one.asked, round(one.seconds, 3)) == (1, 0.1)
