"""Every outcome of the DNS probes, from a name server of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import dns.flags
import pytest

from kubeskeptic.agent.outcomes import Outcome
from tests.agent import loopback
from tests.agent.loopback import SOON, Asked, ask, dns_answer, name_server, silent, tcp_server

TWO = ("web.test. 30 IN A 10.0.0.2", "web.test. 30 IN A 10.0.0.1")
SRV = "web.test. 30 IN SRV 0 50 8080 web-0.web.test."


def asked_of(kind: str, answers: Callable[[bytes], bytes], **more: Any) -> Asked:
    """One question over UDP or TCP."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        answer = answers(query)
        whole = len(answer).to_bytes(2, "big") + answer
        writer.write(whole[:7])
        await writer.drain()
        writer.write(whole[7:])
        await reader.read()

    async def go() -> Asked:
        if kind == "dns-tcp":
            async with tcp_server(talk) as port:
                return await ask(kind, port, **more)
        async with name_server(lambda query: [answers(query)]) as port:
            return await ask(kind, port, **more)

    return asyncio.run(go())


@pytest.mark.parametrize("kind", ["dns-udp", "dns-tcp"])
class TestBoth:
    def test_answered_by_is_the_sorted_set(self, kind: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *TWO))
        assert (seen.outcome, seen.by) == (Outcome.OK, "10.0.0.1,10.0.0.2")
        assert seen.port > 0

    @pytest.mark.parametrize(
        ("qtype", "record", "by"),
        [
            ("AAAA", "web.test. 30 IN AAAA fd00::1", "fd00::1"),
            ("SRV", SRV, "0 50 8080 web-0.web.test."),
        ],
    )
    def test_other_types(self, kind: str, qtype: str, record: str, by: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, record), qtype=qtype)
        assert (seen.outcome, seen.by) == (Outcome.OK, by)

    @pytest.mark.parametrize(
        ("expect", "outcome"),
        [(["10.0.0.1", "10.0.0.2"], "ok"), (["10.0.0.1"], "wrong"), (["10.0.0.1", "10.0.0.2", "10.0.0.3"], "wrong")],
    )
    def test_the_whole_set_is_compared(self, kind: str, expect: list[str], outcome: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *TWO), expect=expect)
        assert (seen.outcome, seen.by) == (outcome, "10.0.0.1,10.0.0.2")

    @pytest.mark.parametrize(("expect", "outcome"), [(None, "wrong"), ([], "ok")])
    def test_no_records(self, kind: str, expect: list[str] | None, outcome: str) -> None:
        assert asked_of(kind, dns_answer, expect=expect).outcome == outcome

    @pytest.mark.parametrize(
        ("rcode", "outcome"), [(3, "nxdomain"), (2, "servfail"), (5, "servfail"), (1, "unknown"), (4, "unknown")]
    )
    def test_codes(self, kind: str, rcode: int, outcome: str) -> None:
        assert asked_of(kind, lambda query: dns_answer(query, rcode=rcode)).outcome == outcome

    def test_a_truncated_answer_is_unknown(self, kind: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *TWO, flags=dns.flags.TC))
        assert (seen.outcome, "truncated" in seen.reason) == (Outcome.UNKNOWN, True)

    def test_garbage_is_unknown(self, kind: str) -> None:
        seen = asked_of(kind, lambda query: query[:2] + b"\xff" * 12)
        assert (seen.outcome, "unreadable" in seen.reason) == (Outcome.UNKNOWN, True)

    def test_the_same_bytes_mean_something_else_to_another_probe(self, kind: str) -> None:
        assert asked_of(kind, lambda query: dns_answer(query, TWO[0]), expect=["10.0.0.2"]).outcome is Outcome.OK
        assert asked_of(kind, lambda query: dns_answer(query, TWO[0]), expect=["10.0.0.9"]).outcome is Outcome.WRONG


class TestUdp:
    def test_nobody_listening_is_refused(self) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask("dns-udp", port)).outcome is Outcome.REFUSED

    def test_silence_is_timeout_with_a_port(self) -> None:
        async def go() -> Asked:
            async with name_server(lambda _: []) as port:
                return await ask("dns-udp", port, SOON)

        seen = asyncio.run(go())
        assert (seen.outcome, seen.port > 0) == (Outcome.TIMEOUT, True)

    def test_an_answer_with_another_id_answers_nothing(self) -> None:
        async def go() -> Asked:
            def answers(query: bytes) -> list[bytes]:
                stranger = bytes([query[0] ^ 1]) + query[1:]
                return [dns_answer(stranger, "web.test. 30 IN A 6.6.6.6"), dns_answer(query, TWO[0])]

            async with name_server(answers) as port:
                return await ask("dns-udp", port)

        assert asyncio.run(go()).by == "10.0.0.2"


class TestTcp:
    def test_nobody_listening_is_refused(self) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask("dns-tcp", port)).outcome is Outcome.REFUSED

    def test_silence_is_timeout(self) -> None:
        async def go() -> Asked:
            async with tcp_server(silent) as port:
                return await ask("dns-tcp", port, SOON)

        assert asyncio.run(go()).outcome is Outcome.TIMEOUT

    def test_an_answer_with_another_id_is_unknown(self) -> None:
        seen = asked_of("dns-tcp", lambda query: dns_answer(bytes([query[0] ^ 1]) + query[1:], TWO[0]))
        assert seen.outcome is Outcome.UNKNOWN
