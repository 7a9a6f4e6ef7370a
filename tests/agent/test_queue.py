"""The queue's worker and its metric, on real sockets: a Redis that knows the commands they send."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubeskeptic.agent import redis_queue as redis_module
from kubeskeptic.agent.certificate import self_signed
from kubeskeptic.agent.queue_metrics import QueueMetrics, resources, value
from kubeskeptic.agent.redis_queue import Redis, RedisError, work


class ListServer(socketserver.ThreadingTCPServer):
    """Answers LLEN and BRPOP of one list."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.jobs = ["a", "b", "c"]
        self.empty = threading.Event()


class Conversation(socketserver.StreamRequestHandler):
    server: ListServer

    def handle(self) -> None:
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2].decode())
            self.wfile.write(self.answer(words))

    def answer(self, words: list[str]) -> bytes:
        match words:
            case ["LLEN", "jobs"]:
                return b":%d\r\n" % len(self.server.jobs)
            case ["BRPOP", "jobs", _] if self.server.jobs:
                job = self.server.jobs.pop().encode()
                return b"*2\r\n$4\r\njobs\r\n$%d\r\n%s\r\n" % (len(job), job)
            case ["BRPOP", "jobs", _]:
                self.server.empty.set()
                return b"*-1\r\n"
            case ["PING"]:
                return b"+PONG\r\n"
            case ["GET", _]:
                return b"$-1\r\n"
            case _:
                return b"-ERR unknown command\r\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ListServer]:
    with ListServer() as one:
        monkeypatch.setattr(redis_module.Redis.__init__, "__defaults__", (one.server_address[1], 5.0))
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


def test_each_kind_of_reply(server: ListServer) -> None:
    one = Redis("127.0.0.1", server.server_address[1])
    assert (one.call("PING"), one.call("LLEN", "jobs"), one.call("GET", "x")) == ("PONG", 3, None)
    assert one.call("BRPOP", "jobs", "1") == ["jobs", "c"]
    with pytest.raises(RedisError, match="unknown command"):
        one.call("NONE")
    one.close()


def test_a_worker_takes_one_job_after_another(server: ListServer) -> None:
    told = threading.Event()

    def end_when_empty() -> None:
        server.empty.wait(5)
        told.set()

    threading.Thread(target=end_when_empty, daemon=True).start()
    assert work("127.0.0.1", "jobs", 0.0, told) == 3
    assert server.jobs == []


def test_a_worker_asks_again_when_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubeskeptic.agent.redis_queue.AGAIN", 0.01)
    told = threading.Event()
    asked = []

    def refused(host: str) -> Redis:
        asked.append(host)
        if len(asked) == 3:
            told.set()
        raise ConnectionRefusedError

    monkeypatch.setattr("kubeskeptic.agent.redis_queue.Redis", refused)
    assert work("queue", "jobs", 0.0, told) == 0
    assert len(asked) == 3


def test_the_metric_over_tls(server: ListServer) -> None:
    metrics = QueueMetrics(("127.0.0.1", 0), "127.0.0.1", "jobs")
    metrics.with_tls()
    threading.Thread(target=metrics.serve_forever, daemon=True).start()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    root = f"https://127.0.0.1:{metrics.server_address[1]}/apis/external.metrics.k8s.io/v1beta1"
    with urllib.request.urlopen(root, context=context, timeout=5) as answer:
        assert json.load(answer) == resources()
    with urllib.request.urlopen(
        f"{root}/namespaces/ns/queue-depth?labelSelector=", context=context, timeout=5
    ) as answer:
        (item,) = json.load(answer)["items"]
        assert (item["metricName"], item["value"]) == ("queue-depth", "3")
    metrics.shutdown()
    metrics.server_close()


def test_what_is_not_served() -> None:
    with QueueMetrics(("127.0.0.1", 0), "127.0.0.1", "jobs") as metrics:
        metrics.redis = "127.0.0.1:no"
        assert metrics.answer("/apis/external.metrics.k8s.io/v1beta1/namespaces/ns/other")[0] == 404
        assert metrics.answer("/apis/external.metrics.k8s.io/v1beta1/namespaces/ns/queue-depth")[0] == 503
    assert value(7, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))["items"][0]["timestamp"] == "2026-01-02T03:04:05Z"


def test_a_certificate_is_made_anew_and_signs_itself(tmp_path: Path) -> None:
    one, other = self_signed("queue-depth"), self_signed("queue-depth")
    assert one != other
    pem = tmp_path / "both.pem"
    pem.write_text(one)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    trusting = ssl.create_default_context(cadata=one[one.index("-----BEGIN CERT") :])
    assert trusting.cert_store_stats()["x509"] > ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).cert_store_stats()["x509"]
