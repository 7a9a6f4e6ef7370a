"""A known outage, by which the instrument is proven."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from kubeskeptic.agent.ask import Agent
from kubeskeptic.agent.outcomes import OUTCOMES
from tests.agent.asked_agent import probe, put, recorded, run, samples
from tests.agent.loopback import call


def test_a_known_outage_is_what_the_samples_show() -> None:
    """A question that was answered was not asked and answered within the outage; one that failed touched it."""

    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        await recorded(agent, 5)
        status, known = await call(port, "POST", "/blackout", {"probe": "self", "seconds": 0.2})
        assert status == 200
        assert known["seconds"] == pytest.approx(known["end"] - known["start"], abs=0.001)
        await recorded(agent, agent.samples.total + 5)
        batch = await samples(port)
        clocks = 0.001  # two answers, two anchors
        failed = 0
        for sent, took, code in zip(batch["sent"], batch["took"], batch["outcome"], strict=True):
            if OUTCOMES[code] == "ok":
                assert sent < known["start"] + clocks or sent + took > known["end"] - clocks
            else:
                assert sent < known["end"] + clocks
                assert sent + took > known["start"] - clocks
                failed += 1
        assert failed >= 2
        assert Counter(OUTCOMES[code] for code in batch["outcome"])["refused"] >= failed - 1

    run(story)


def test_one_blackout_at_a_time() -> None:
    async def story(agent: Agent, port: int) -> None:
        await put(port, probe(agent))
        asked = {"probe": "self", "seconds": 0.1}
        both = await asyncio.gather(call(port, "POST", "/blackout", asked), call(port, "POST", "/blackout", asked))
        assert sorted(status for status, _ in both) == [200, 409]

    run(story)
