"""Every outcome of the DNS probes, from a name server of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.opcode
import dns.rrset
import pytest

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from tests.agent import loopback
from tests.agent.loopback import SOON, Asked, ask, client, dns_answer, name_server, silent, tcp_server

TWO = ("web.test. 30 IN A 10.0.0.2", "web.test. 30 IN A 10.0.0.1")
SRV = "web.test. 30 IN SRV 0 50 8080 web-0.web.test."


def another(query: bytes, part: str) -> bytes:
    """A right answer but for one part of its head or question."""
    answer = dns.message.from_wire(dns_answer(query, TWO[0]))
    asked = answer.question[0]
    if part == "id":
        answer.id ^= 0x0100
    elif part == "response":
        answer.flags &= ~dns.flags.QR
    elif part == "opcode":
        answer.set_opcode(dns.opcode.STATUS)
    elif part == "question":
        answer.question = []
    else:
        changed: dict[str, str] = {"name": str(asked.name), "class": "IN", "type": "A"} | {
            part: {"name": "x.test.", "class": "CH", "type": "TXT"}[part]
        }
        answer.question = [dns.rrset.from_text_list(changed["name"], 0, changed["class"], changed["type"], [])]
    return answer.to_wire()


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
        assert (seen.outcome, seen.by) == (Outcome.OK, "10.0.0.1,10.0.0.2|NOERROR|30")
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
        assert (seen.outcome, seen.by) == (Outcome.OK, f"{by}|NOERROR|30")

    @pytest.mark.parametrize(
        ("expect", "outcome"),
        [(["10.0.0.1", "10.0.0.2"], "ok"), (["10.0.0.1"], "wrong"), (["10.0.0.1", "10.0.0.2", "10.0.0.3"], "wrong")],
    )
    def test_the_whole_set_is_compared(self, kind: str, expect: list[str], outcome: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *TWO), expect=expect)
        assert (seen.outcome, DnsAnswer.of(seen.by).records) == (outcome, ("10.0.0.1", "10.0.0.2"))

    @pytest.mark.parametrize(("expect", "outcome"), [(None, "wrong"), ([], "ok")])
    def test_no_records(self, kind: str, expect: list[str] | None, outcome: str) -> None:
        seen = asked_of(kind, dns_answer, expect=expect)
        assert (seen.outcome, seen.by) == (outcome, "|NOERROR|")

    def test_a_denial_says_for_how_long(self, kind: str) -> None:
        def denied(query: bytes, rcode: int) -> bytes:
            answer = dns.message.from_wire(dns_answer(query, rcode=rcode))
            answer.authority = [dns.rrset.from_text("test.", 30, "IN", "SOA", "ns.test. me.test. 1 2 3 4 5")]
            return answer.to_wire()

        assert asked_of(kind, lambda query: denied(query, 3)).by == "|NXDOMAIN|5"
        assert asked_of(kind, lambda query: denied(query, 0)).by == "|NOERROR|5"

    @pytest.mark.parametrize(
        ("rcode", "outcome"), [(3, "nxdomain"), (2, "servfail"), (5, "servfail"), (1, "unknown"), (4, "unknown")]
    )
    def test_codes(self, kind: str, rcode: int, outcome: str) -> None:
        assert asked_of(kind, lambda query: dns_answer(query, rcode=rcode)).outcome == outcome

    def test_a_truncated_answer_is_wrong(self, kind: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *TWO, flags=dns.flags.TC))
        assert (seen.outcome, seen.by) == (Outcome.WRONG, "|TRUNCATED|")

    @pytest.mark.parametrize(
        ("records", "by"),
        [
            (["other.test. 30 IN A 10.0.0.1"], "other.test. A 10.0.0.1"),
            ([*TWO, "other.test. 30 IN A 6.6.6.6"], "other.test. A 6.6.6.6"),
            ([*TWO, "web.test. 30 IN AAAA fd00::1"], "web.test. AAAA fd00::1"),
            (["web.test. 30 IN CNAME b.test.", "c.test. 30 IN A 10.0.0.1"], "c.test. A 10.0.0.1"),
        ],
    )
    def test_a_record_of_another_owner_or_type_is_wrong(self, kind: str, records: list[str], by: str) -> None:
        seen = asked_of(kind, lambda query: dns_answer(query, *records))
        assert (seen.outcome, seen.by) == (Outcome.WRONG, f"{by}|NOERROR|")

    def test_a_chain_of_names_is_followed(self, kind: str) -> None:
        chain = ("web.test. 9 IN CNAME b.test.", "b.test. 30 IN A 10.0.0.1")
        seen = asked_of(kind, lambda query: dns_answer(query, *chain), expect=["10.0.0.1"])
        assert (seen.outcome, seen.by) == (Outcome.OK, "10.0.0.1|NOERROR|9")

    def test_a_denial_that_brings_records_is_wrong(self, kind: str) -> None:
        assert asked_of(kind, lambda query: dns_answer(query, *TWO, rcode=3)).outcome is Outcome.WRONG

    @pytest.mark.parametrize("part", ["id", "name", "type", "class", "question", "response", "opcode"])
    def test_what_answers_another_question_is_no_answer(self, kind: str, part: str) -> None:
        seen = asked_of(kind, lambda query: another(query, part), deadline=SOON)
        assert seen.outcome is (Outcome.TIMEOUT if kind == "dns-udp" else Outcome.WRONG)
        assert seen.by == ""

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

    @pytest.mark.parametrize("part", ["id", "name", "response"])
    def test_the_right_answer_counts_after_one_to_another_question(self, part: str) -> None:
        async def go() -> Asked:
            def answers(query: bytes) -> list[bytes]:
                return [another(query, part), dns_answer(query, TWO[0])]

            async with name_server(answers) as port:
                return await ask("dns-udp", port)

        assert asyncio.run(go()).by == "10.0.0.2|NOERROR|30"

    def test_a_new_port_for_each_question_or_one_for_all(self) -> None:
        async def ports(**more: Any) -> list[int]:
            async with (
                name_server(lambda query: [dns_answer(query, TWO[0])]) as port,
                client("dns-udp", port, **more) as one,
            ):
                answers = [await one.ask() for _ in range(4)]
                assert {answer.outcome for answer in answers} == {Outcome.OK}
                return [answer.port for answer in answers]

        assert len(set(asyncio.run(ports()))) > 1
        assert len(set(asyncio.run(ports(keep_port=True)))) == 1

    def test_on_a_kept_port_each_answer_goes_to_its_own_question(self) -> None:
        async def go() -> list[Asked]:
            held: list[bytes] = []

            def answers(query: bytes) -> list[bytes]:
                held.append(query)
                turned = [dns_answer(one, f"web.test. 30 IN A 10.0.0.{at}") for at, one in enumerate(held)]
                return list(reversed(turned)) if len(held) == 3 else []

            async with name_server(answers) as port, client("dns-udp", port, keep_port=True) as one:
                return list(await asyncio.gather(*[one.begin() for _ in range(3)]))

        seen = asyncio.run(go())
        assert [DnsAnswer.of(one.by).records for one in seen] == [("10.0.0.0",), ("10.0.0.1",), ("10.0.0.2",)]

    def test_a_kept_port_outlives_a_refusal_and_a_timeout(self) -> None:
        async def go() -> list[Asked]:
            with loopback.nobody() as free:
                async with client("dns-udp", free, SOON, keep_port=True) as one:
                    seen = [await one.ask()]
                    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                        lambda: loopback.Datagrams(lambda query: [dns_answer(query, TWO[0])] if len(seen) > 1 else []),
                        (loopback.HOST, free),
                    )
                    seen += [await one.ask()]
                    seen += [await one.ask()]
                    transport.close()
            return seen

        seen = asyncio.run(go())
        assert [one.outcome for one in seen] == [Outcome.REFUSED, Outcome.TIMEOUT, Outcome.OK]
        assert len({one.port for one in seen}) == 1


class TestTcp:
    def test_nobody_listening_is_refused(self) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask("dns-tcp", port)).outcome is Outcome.REFUSED

    def test_silence_is_timeout(self) -> None:
        async def go() -> Asked:
            async with tcp_server(silent) as port:
                return await ask("dns-tcp", port, SOON)

        assert asyncio.run(go()).outcome is Outcome.TIMEOUT
