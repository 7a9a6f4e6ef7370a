"""Every outcome of the HTTP and TCP probes, each made for real."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Ending, ending_of
from tests.agent import loopback
from tests.agent.loopback import SOON, Asked, Talk, ask, client, http, says, silent, tcp_server

RIGHT = http({"pod": "web-1"})
KEEP = says(http({"pod": "web-1"}, connection="keep-alive"), then="keep")


def asked_of(talk: Talk, kind: str = "http-new", **more: Any) -> Asked:
    async def go() -> Asked:
        async with tcp_server(talk) as port:
            return await ask(kind, port, **more)

    return asyncio.run(go())


@pytest.mark.parametrize("kind", ["http-new", "http-kept"])
class TestBothHttpProbes:
    def test_ok_names_who_answered_and_the_port_it_asked_from(self, kind: str) -> None:
        seen = asked_of(says(RIGHT), kind)
        assert (seen.outcome, seen.by) == (Outcome.OK, "/web-1/")
        assert seen.port > 0

    def test_an_answer_in_pieces_is_one_answer(self, kind: str) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for at in range(len(RIGHT)):
                writer.write(RIGHT[at : at + 1])
                await writer.drain()

        assert asked_of(talk, kind).outcome is Outcome.OK

    def test_an_answer_without_a_length_ends_with_the_connection(self, kind: str) -> None:
        assert asked_of(says(b'HTTP/1.0 200 OK\r\n\r\n{"pod": "old"}'), kind).by == "/old/"

    @pytest.mark.parametrize(
        ("answer", "by"),
        [
            (http({"pod": "web-1"}, status=503), "/web-1/"),
            (http(b"not json"), ""),
            (http(["web-1"]), ""),
            (http({"pod": ""}), ""),
        ],
    )
    def test_a_complete_answer_with_other_content_is_wrong(self, kind: str, answer: bytes, by: str) -> None:
        seen = asked_of(says(answer), kind)
        assert (seen.outcome, seen.by) == (Outcome.WRONG, by)

    def test_namespace_and_uid_tell_pods_of_one_name_apart(self, kind: str) -> None:
        right = {"pod": "web-1", "namespace": "a", "uid": "u1", "peer": "10.0.0.9"}
        for change, outcome in (
            ({}, "ok"),
            ({"namespace": "b"}, "wrong"),
            ({"uid": "u2"}, "wrong"),
            ({"uid": None}, "wrong"),
        ):
            seen = asked_of(says(http(right | change)), kind, expect=["a/web-1/u1"])
            assert seen.outcome == outcome, change
        assert asked_of(says(http(right)), kind).by == "a/web-1/u1"

    def test_a_name_that_looks_like_several_fields_is_one(self, kind: str) -> None:
        seen = asked_of(says(http({"pod": "a/web-1/u1"})), kind, expect=["a/web-1/u1"])
        assert (seen.outcome, seen.by) == (Outcome.WRONG, "/a?web-1?u1/")

    def test_the_clients_address_is_kept_where_it_is_asked_for(self, kind: str) -> None:
        answer = says(http({"pod": "web-1", "namespace": "a", "uid": "u1", "peer": "10.0.0.9"}))
        seen = asked_of(answer, kind, peer=True, expect=["a/web-1/u1"])
        assert (seen.outcome, AnsweringPod.of(seen.by).peer) == (Outcome.OK, "10.0.0.9")

    def test_a_pod_that_was_not_expected_is_wrong(self, kind: str) -> None:
        assert asked_of(says(RIGHT), kind, expect=["web-2", "web-3"]).outcome is Outcome.WRONG
        assert asked_of(says(RIGHT), kind, expect=["web-2", "web-1"]).outcome is Outcome.OK

    @pytest.mark.parametrize("then", ["close", "cut"])
    @pytest.mark.parametrize("part", [b"", RIGHT[:9], RIGHT[:-1]])
    def test_an_end_before_the_answer_is_complete_is_reset(self, kind: str, then: str, part: bytes) -> None:
        assert asked_of(says(part, then=then), kind).outcome is Outcome.RESET

    def test_nobody_listening_is_refused(self, kind: str) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask(kind, port)).outcome is Outcome.REFUSED

    def test_silence_after_connecting_is_timeout(self, kind: str) -> None:
        seen = asked_of(silent, kind, deadline=SOON)
        assert seen.outcome is Outcome.TIMEOUT
        assert SOON <= seen.took < 1

    def test_a_syn_without_answer_is_timeout_and_its_port_is_known(self, kind: str) -> None:
        with loopback.full() as port:
            seen = asyncio.run(ask(kind, port, SOON))
        assert seen.outcome is Outcome.TIMEOUT
        assert seen.port > 0

    def test_a_drip_of_bytes_does_not_move_the_deadline(self, kind: str) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while not reader.at_eof():
                writer.write(b"x")
                await clock.pause(SOON / 10)

        seen = asked_of(talk, kind, deadline=SOON)
        assert seen.outcome is Outcome.TIMEOUT
        assert SOON <= seen.took < 1

    def test_no_route_is_unreachable(self, kind: str) -> None:
        seen = asyncio.run(ask(kind, 80, host="224.0.0.1"))
        assert seen.outcome is Outcome.UNREACHABLE

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "chunked"),
            (b"HTTP/1.1 two hundred\r\nContent-Length: 0\r\n\r\n", "unreadable answer"),
        ],
    )
    def test_what_cannot_be_read_is_unknown_with_a_reason(self, kind: str, answer: bytes, reason: str) -> None:
        seen = asked_of(says(answer), kind)
        assert seen.outcome is Outcome.UNKNOWN
        assert reason in seen.reason


def test_new_means_a_connection_each_and_the_server_closes_first() -> None:
    closed_by_us: list[bool] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(RIGHT)
        for _ in range(20):  # long enough for a client that does not wait to close
            await asyncio.get_running_loop().run_in_executor(None, str)
        closed_by_us.append(reader.at_eof())

    async def go() -> set[int]:
        async with tcp_server(talk) as port, client("http-new", port) as one:
            return {(await one.ask()).port for _ in range(5)}

    assert len(asyncio.run(go())) > 1
    assert closed_by_us == [False] * len(closed_by_us)


class TestKept:
    def test_the_connection_is_kept(self) -> None:
        async def go() -> set[int]:
            async with tcp_server(KEEP) as port, client("http-kept", port) as one:
                return {(await one.ask()).port for _ in range(5)}

        assert len(asyncio.run(go())) == 1

    def test_while_a_question_is_unanswered_the_next_goes_another_way(self) -> None:
        async def go() -> None:
            free = asyncio.Event()

            async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                while True:
                    await reader.readuntil(b"\r\n\r\n")
                    await free.wait()
                    writer.write(http({"pod": "web-1"}, connection="keep-alive"))

            async with tcp_server(talk) as port, client("http-kept", port) as one:
                waiting = [one.begin() for _ in range(3)]
                await clock.turn()
                free.set()
                ports = {(await each).port for each in waiting}
                assert len(ports) == 3
                assert (await one.ask()).port in ports, "one of them is kept"

        asyncio.run(go())

    def test_a_connection_closed_while_idle_is_no_outcome(self) -> None:
        async def go() -> None:
            async with (
                tcp_server(says(http({"pod": "a"}, connection="keep-alive"))) as port,
                client("http-kept", port) as one,
            ):
                first, second = await one.ask(), None
                while second is None or second.outcome is Outcome.RESET:  # until the server's close has arrived
                    second = await one.ask()
                assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.OK)
                assert first.port != second.port

        asyncio.run(go())

    def test_after_a_failure_the_next_question_connects_anew_and_owns_what_fails_then(self) -> None:
        async def go() -> None:
            async with tcp_server(silent) as port, client("http-kept", port, SOON) as one:
                first = await one.ask()
                second = await one.ask()
                assert first.outcome is second.outcome is Outcome.TIMEOUT
                assert first.port != second.port
            with loopback.nobody() as port:
                async with client("http-kept", port) as one:
                    assert [(await one.ask()).outcome for _ in range(2)] == [Outcome.REFUSED] * 2

        asyncio.run(go())


class TestTcp:
    def test_ok_is_to_be_connected(self) -> None:
        seen = asked_of(silent, "tcp")
        assert (seen.outcome, seen.by) == (Outcome.OK, "")
        assert seen.port > 0

    def test_refused(self) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask("tcp", port)).outcome is Outcome.REFUSED

    def test_timeout(self) -> None:
        with loopback.full() as port:
            seen = asyncio.run(ask("tcp", port, SOON))
        assert (seen.outcome, seen.port > 0) == (Outcome.TIMEOUT, True)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(111, "refused"), (104, "reset"), (32, "reset"), (110, "timeout"), (113, "unreachable"), (101, "unreachable")],
)
def test_errors_of_the_kernel(number: int, outcome: str) -> None:
    assert ending_of(OSError(number, "")).outcome == outcome


def test_other_errors_of_the_kernel_are_unknown_by_name() -> None:
    assert ending_of(OSError(24, "")) == Ending(Outcome.UNKNOWN, reason="EMFILE: Too many open files")
