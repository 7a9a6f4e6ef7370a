"""The agent as the harness meets it: over HTTP, with probes that really ask."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.ask import Agent
from kubeskeptic.agent.outcomes import OUTCOMES
from tests.agent.asked_agent import probe, probes_seen, put, recorded, run, samples
from tests.agent.loopback import HOST, call

COLUMNS = ("probe", "tick", "sent", "took", "outcome", "by", "port")
HEAD = (
    "boot",
    "agent",
    "node",
    "wall",
    "mono",
    "cursor",
    "first",
    "lost",
    "lag_p99_ms",
    "cpu_s",
    "rss_mib",
    "questions",
    "in_flight",
)


def test_a_batch_has_everything_and_its_columns_are_equally_long() -> None:
    async def story(agent: Agent, port: int) -> None:
        started = await put(port, probe(agent), probe(agent, "other", kind="http-kept"))
        await recorded(agent, 10)
        batch = await samples(port)
        assert set(HEAD) <= set(batch)
        assert len({len(batch[column]) for column in COLUMNS}) == 1
        assert batch["cursor"] == batch["first"] + len(batch["tick"]) >= 10
        assert (batch["agent"], batch["node"], batch["lost"], batch["gaps"][:0]) == ("agent-1", "node-1", 0, [])
        assert {each["name"] for each in batch["probes"]} == {"self", "other"}
        assert batch["names"] == ["", "/agent-1/"]
        assert {OUTCOMES[code] for code in batch["outcome"]} == {"ok"}
        assert batch["boot"] == started["boot"] == (await call(port, "GET", "/who"))[1]["boot"]
        for number, tick, sent in zip(batch["probe"], batch["tick"], batch["sent"], strict=True):
            due = batch["probes"][number]["t0"] + tick * 0.005
            assert -0.001 < sent - due < batch["lag_p99_ms"] / 1000 + 0.5

    run(story)


def test_the_same_cursor_gives_the_same_samples() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        await recorded(agent, 8)
        first, again = await samples(port, 3, "&limit=4"), await samples(port, 3, "&limit=4")
        assert first["tick"] == again["tick"]
        assert first["sent"] == pytest.approx(again["sent"], abs=1e-4)
        assert (first["first"], first["cursor"]) == (3, 7)
        follow = await samples(port, first["cursor"])
        assert follow["first"] == 7

    run(story)


def test_a_cursor_of_another_boot_frees_nothing_when_the_boot_is_named() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        await recorded(agent, 8)
        assert (await samples(port, 5, "&boot=another"))["first"] == 0
        assert (await samples(port, 5, f"&boot={agent.identity.boot}"))["first"] == 5

    run(story)


def test_what_overflowed_is_counted_and_has_a_gap() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        await recorded(agent, 30)
        await call(port, "DELETE", "/probes?scenario=s")
        while agent.askers.in_flight:
            await clock.pause(0.005)
        batch = await samples(port)
        assert batch["lost"] == batch["first"] >= 20
        overflow = [gap for gap in batch["gaps"] if gap["reason"] == "overflow"]
        assert sum(gap["ticks"] for gap in overflow) == batch["lost"]
        assert {gap["probe"] for gap in overflow} == {"self"}

    run(story, capacity=10)


def test_deleted_probes_deliver_what_was_in_flight_and_ask_no_more() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent), scenario="other")
        (own,) = (await put(port, probe(agent)))["probes"]
        while own["number"] not in {probe["number"] for probe in await probes_seen(port)}:
            await clock.pause(0.005)
        assert (await call(port, "DELETE", "/probes?scenario=s"))[0] == 200
        over, asked = clock.moment().wall, agent.askers.questions
        await recorded(agent, asked + 20)
        batch = await samples(port)
        last = {
            batch["probes"][probe]["scenario"]: sent for probe, sent in zip(batch["probe"], batch["sent"], strict=True)
        }
        assert last["s"] < over + 0.001 < last["other"]
        assert [plan.scenario for plan in agent.askers.running] == ["other"]

    run(story)


def test_identical_probes_go_on_untouched() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent), probe(agent, "b"))
        same, other = agent.askers.running
        await put(port, probe(agent), probe(agent, "b", period=0.01))
        assert agent.askers.running[0] is same
        assert agent.askers.running[1].number > other.number

    run(story)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("PUT", "/probes", b"{", 400, "not JSON"),
        ("PUT", "/probes", [], 400, "not a JSON object"),
        ("PUT", "/probes", {"probes": []}, 400, "send {"),
        ("PUT", "/probes", {"scenario": "s", "probes": [{}]}, 400, "name is missing"),
        ("PUT", "/probes", {"scenario": "s", "probes": ["x"]}, 400, "JSON object"),
        ("DELETE", "/probes", None, 400, "which scenario"),
        ("GET", "/samples?after=-1", None, 400, "whole number"),
        ("GET", "/samples?after=x", None, 400, "whole number"),
        ("POST", "/blackout", {"probe": "self", "seconds": 0}, 400, "more than 0"),
        ("POST", "/blackout", {"probe": "nobody", "seconds": 1}, 400, "no running probe"),
        ("GET", "/nothing", None, 404, "there is no"),
    ],
)
def test_nonsense_is_answered_with_one_sentence(method: str, path: str, body: Any, status: int, says: str) -> None:
    async def story(_: Agent, port: int) -> None:
        answered, answer = await call(port, method, path, body)
        assert (answered, says in answer["error"]) == (status, True), answer

    run(story)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ([{"name": "a"}, {"name": "a"}], "the same name"),
        ([{"name": str(number)} for number in range(6)], "questions a second"),
        ([{"kind": "dns-udp", "server": HOST, "qname": "a..b"}], "not a name"),
    ],
)
def test_a_set_that_is_refused_changes_nothing(change: list[dict[str, Any]], says: str) -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        probes = [probe(agent, **each) for each in change]
        status, answer = await call(port, "PUT", "/probes", {"scenario": "s", "probes": probes})
        assert (status, says in answer["error"]) == (400, True), answer
        assert [each.spec.name for each in agent.askers.running] == ["self"]

    run(story)
