import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import NotFound, PatienceExhausted
from kubeskeptic.waiting import NotYet, Pace, until


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_answer_comes_back_at_once() -> None:
    clock = Clock()
    assert until(lambda: 7, Patience(1), what="x", clock=clock, sleep=clock.sleep) == 7
    assert clock.now == 0


def test_giving_up_says_the_last_state_and_never_overshoots() -> None:
    clock = Clock()
    with pytest.raises(PatienceExhausted, match=r"gave up waiting for rain after 1 s; last seen: dry at 0\.9"):
        until(
            lambda: NotYet(f"dry at {clock.now:.1f}"),
            Patience(1),
            what="rain",
            period=0.3,
            clock=clock,
            sleep=clock.sleep,
        )
    assert clock.now <= 1


def test_only_tolerated_errors_are_asked_again() -> None:
    clock, answers = Clock(), iter([NotFound("no pod"), "there"])

    def question() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    assert until(question, Patience(1), what="x", tolerate=(NotFound,), clock=clock, sleep=clock.sleep) == "there"
    with pytest.raises(KeyError):
        until(
            lambda: dict[str, int]()["x"], Patience(1), what="x", tolerate=(NotFound,), clock=clock, sleep=clock.sleep
        )


def test_a_stopped_pace_ends_its_loop() -> None:
    pace = Pace(3600)
    turns = []
    for turn in pace:
        turns.append(turn)
        pace.stop()
    assert turns == [0]


def test_patience_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Patience(0)
