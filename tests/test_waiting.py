import time
from collections.abc import Iterator

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import NotFound, PatienceExhausted
from kubeskeptic.waiting import NotYet, Pace, until


class Clock:
    """Time that passes only during a sleep."""

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


def test_giving_up_says_the_last_state_and_the_last_error() -> None:
    clock = Clock()
    answers: Iterator[NotYet | NotFound] = iter(
        [NotYet("one pod"), NotFound("no pod"), NotYet("two pods"), NotFound("gone")]
    )

    def question() -> NotYet:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(PatienceExhausted) as gave_up:
        until(question, Patience(1), what="x", tolerate=(NotFound,), period=0.3, clock=clock, sleep=clock.sleep)
    assert str(gave_up.value) == "gave up waiting for x after 1 s; last seen: two pods; last error: NotFound: gone"
    assert isinstance(gave_up.value.__cause__, NotFound)


def test_an_error_that_was_tolerated_is_said_when_patience_ends() -> None:
    clock = Clock()

    def question() -> int:
        raise NotFound(f"at {clock.now:g}")

    with pytest.raises(PatienceExhausted, match=r"after 1 s; last error: NotFound: at 0\.9$"):
        until(question, Patience(1), what="x", tolerate=(NotFound,), period=0.3, clock=clock, sleep=clock.sleep)


def test_a_pause_that_ends_with_the_patience_is_made() -> None:
    clock, asked = Clock(), []

    def question() -> NotYet:
        asked.append(clock.now)
        return NotYet("dry")

    with pytest.raises(PatienceExhausted):
        until(question, Patience(1), what="rain", period=0.5, clock=clock, sleep=clock.sleep)
    assert asked == [0, 0.5, 1]


def test_patience_shorter_than_the_period_asks_once() -> None:
    clock = Clock()
    with pytest.raises(PatienceExhausted, match="last seen: dry at 0"):
        until(lambda: NotYet(f"dry at {clock.now:g}"), Patience(1), what="x", period=2, clock=clock, sleep=clock.sleep)
    assert clock.now == 0


def test_a_slow_question_uses_up_patience() -> None:
    clock = Clock()

    def question() -> NotYet:
        clock.now += 0.7
        return NotYet("slow")

    with pytest.raises(PatienceExhausted):
        until(question, Patience(1), what="x", period=0.2, clock=clock, sleep=clock.sleep)
    assert clock.now == pytest.approx(1.6)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_is_never_asked_again(interrupt: type[BaseException]) -> None:
    clock, asked = Clock(), []

    def question() -> int:
        asked.append(1)
        raise interrupt

    with pytest.raises(interrupt):
        until(question, Patience(1), what="x", tolerate=(Exception,), clock=clock, sleep=clock.sleep)
    assert asked == [1]


def test_an_interrupt_in_the_pause_ends_the_wait() -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        until(lambda: NotYet("dry"), Patience(1), what="x", tolerate=(Exception,), sleep=interrupted)


def test_an_error_that_is_not_tolerated_comes_out_as_it_is() -> None:
    boom = ValueError("boom")

    def question() -> int:
        raise boom

    with pytest.raises(ValueError, match="boom") as raised:
        until(question, Patience(1), what="x", tolerate=(NotFound,))
    assert raised.value is boom


@pytest.mark.parametrize("answer", [None, False, 0, "", ()])
def test_an_answer_that_is_false_is_an_answer(answer: object) -> None:
    assert until(lambda: answer, Patience(1), what="x") is answer


def test_a_wait_within_a_wait_has_its_own_patience() -> None:
    clock = Clock()

    def inner() -> int | NotYet:
        try:
            return until(lambda: NotYet("i"), Patience(0.2), what="inner", period=0.1, clock=clock, sleep=clock.sleep)
        except PatienceExhausted as gave_up:
            return NotYet(str(gave_up))

    with pytest.raises(PatienceExhausted, match=r"outer after 1 s; last seen: gave up waiting for inner after 0\.2 s"):
        until(inner, Patience(1), what="outer", period=0.1, clock=clock, sleep=clock.sleep)


def test_the_clocks_defaults_are_real_time() -> None:
    began = time.monotonic()
    with pytest.raises(PatienceExhausted):
        until(lambda: NotYet("dry"), Patience(0.1), what="rain", period=0.03)
    assert 0.05 <= time.monotonic() - began < 1


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
