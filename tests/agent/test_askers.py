"""Several askers at the same probes, on threads of their own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.askers import Askers
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import Gaps
from kubeskeptic.agent.probes import Prober
from kubeskeptic.agent.question import OK, Question
from kubeskeptic.agent.spec import BadSpec, Spec, parse
from tests.agent.loopback import LONG

Asked = list[tuple[str, int, str]]


class Pupil:
    """Answers everything at once, and remembers who was asked what by which thread."""

    def __init__(self, name: str, asked: Asked) -> None:
        self.name, self.asked = name, asked

    def ask(self, question: Question) -> None:
        self.asked.append((self.name, question.tick, threading.current_thread().name))
        question.ended(OK)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What pupils were asked, in the place of all kinds of probes; a probe called "bad" is refused."""
    found: Asked = []

    def prober(spec: Spec, _: object) -> Prober:
        if spec.name == "bad":
            raise BadSpec("bad: refused")
        return Pupil(spec.name, found)

    monkeypatch.setattr("kubeskeptic.agent.schedule.prober_for", prober)
    return found


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Askers, Samples]]:
    """Two askers at work."""
    gaps = Gaps()
    samples = Samples(gaps, 10_000)
    errors: list[dict[str, Any]] = []
    askers = Askers(samples, gaps, errors.append, 2)
    await askers.start()
    try:
        yield askers, samples
    finally:
        askers.stop()
    assert errors == []


def run(story: Callable[[Askers, Samples], Awaitable[None]]) -> None:
    async def go() -> None:
        async with two() as (askers, samples):
            await story(askers, samples)

    asyncio.run(go())


def spec(name: str, port: int = 80, **more: object) -> Spec:
    return parse({"name": name, "kind": "tcp", "host": "10.0.0.1", "port": port, "period": 0.005} | more)


async def recorded(samples: Samples, count: int) -> None:
    async with asyncio.timeout(LONG):
        while samples.total < count:
            await clock.pause(0.005)


def test_they_take_turns_and_nothing_is_asked_twice(asked: Asked) -> None:
    async def story(askers: Askers, samples: Samples) -> None:
        await askers.replace("s", [spec("a")])
        await recorded(samples, 50)

    run(story)
    by_asker = {name: [tick for _, tick, asker in asked if asker == name] for name in ("asker 0", "asker 1")}
    assert {tick % 2 for tick in by_asker["asker 0"]} == {0}
    assert {tick % 2 for tick in by_asker["asker 1"]} == {1}
    assert set(Counter(tick for _, tick, _ in asked).values()) == {1}


@pytest.mark.parametrize("kept", [{"kind": "http-kept"}, {"kind": "udp", "keep_port": True}])
def test_a_client_that_keeps_something_is_one_client(asked: Asked, kept: dict[str, Any]) -> None:
    async def story(askers: Askers, samples: Samples) -> None:
        await askers.replace("s", [spec("kept", **kept)])
        await recorded(samples, 10)

    run(story)
    assert {asker for _, _, asker in asked} == {"asker 0"}
    assert {tick % 2 for _, tick, _ in asked} == {0, 1}


def test_what_is_recorded_is_on_one_schedule(asked: Asked) -> None:
    async def story(askers: Askers, samples: Samples) -> None:
        (plan,) = await askers.replace("s", [spec("a", period=0.02)])
        await recorded(samples, 20)
        _, seen = samples.take(0, 20)
        late = [sent - plan.due(tick) for tick, sent in zip(seen.tick, seen.sent, strict=True)]
        assert -0.001 < min(late) <= max(late) < 0.04  # two periods: what an asker may be late

    run(story)
    assert asked


def test_unchanged_ones_go_on_untouched(asked: Asked) -> None:
    async def story(askers: Askers, _: Samples) -> None:
        first = await askers.replace("s", [spec("a"), spec("b")])
        second = await askers.replace("s", [spec("b"), spec("a", 81)])
        assert [plan.number for plan in first] == [0, 1]
        assert [plan.number for plan in second] == [1, 2]
        assert sorted(plan.number for plan in askers.running) == [1, 2]
        assert second[0] is first[1]

    run(story)
    assert asked is not None


def test_scenarios_do_not_touch_each_other(asked: Asked) -> None:
    async def story(askers: Askers, _: Samples) -> None:
        await askers.replace("s", [spec("a")])
        await askers.replace("t", [spec("a")])
        await askers.replace("s", [])
        assert [(plan.scenario, plan.number) for plan in askers.running] == [("t", 1)]

    run(story)
    assert asked is not None


def test_a_set_that_is_refused_changes_nothing(asked: Asked) -> None:
    async def story(askers: Askers, samples: Samples) -> None:
        await askers.replace("s", [spec("a")])
        with pytest.raises(BadSpec, match="refused"):
            await askers.replace("s", [spec("b"), spec("bad")])
        assert [plan.spec.name for plan in askers.plans] == ["a"]
        await recorded(samples, samples.total + 5)

    run(story)
    assert {name for name, _, _ in asked} == {"a"}


def test_sets_that_come_at_the_same_time_get_numbers_of_their_own(asked: Asked) -> None:
    async def story(askers: Askers, _: Samples) -> None:
        sets = await asyncio.gather(*(askers.replace(f"s{number}", [spec("a")]) for number in range(5)))
        assert sorted(plan.number for plans in sets for plan in plans) == list(range(5))

    run(story)
    assert asked is not None


def test_phases_are_spread(asked: Asked) -> None:
    async def story(askers: Askers, _: Samples) -> None:
        plans = await askers.replace("s", [spec(str(number), period=10.0) for number in range(8)])
        phases = sorted(plan.t0 % 10 / 10 for plan in plans)
        apart = [later - earlier for earlier, later in zip(phases, [*phases[1:], phases[0] + 1], strict=True)]
        assert min(apart) > 0.05

    run(story)
    assert asked is not None


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_each_has_processors_of_its_own(asked: Asked) -> None:
    async def story(askers: Askers, _: Samples) -> None:
        one, other = (os.sched_getaffinity(thread) for thread in askers.thread_ids)
        assert not one & other
        assert one | other == os.sched_getaffinity(0)

    run(story)
    assert asked == []
