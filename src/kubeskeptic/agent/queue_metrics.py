"""The depth of a queue as an external metric: an API server for ``external.metrics.k8s.io/v1beta1``, behind an APIService.

=====================================================  ==================================================================
``GET /apis/external.metrics.k8s.io/v1beta1``          the resources: one metric, :data:`METRIC`. The aggregation layer
                                                       requests it to check whether this server is available
``GET …/v1beta1/namespaces/NAMESPACE/queue-depth``     one value: the number of waiting jobs
=====================================================  ==================================================================

It serves HTTPS with a self-signed certificate that cannot be verified, and does not authenticate clients. It is for test
clusters only.
"""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kubeskeptic.agent.certificate import self_signed
from kubeskeptic.agent.redis_queue import Redis, RedisError

GROUP_VERSION = "external.metrics.k8s.io/v1beta1"
METRIC = "queue-depth"
ROOT = f"/apis/{GROUP_VERSION}"


class QueueMetrics(ThreadingHTTPServer):
    """Serves the depth of one queue.

    :param redis: host of the server with the queue
    :param queue: name of the list
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], redis: str, queue: str) -> None:
        super().__init__(address, _Handler)
        self.redis = redis
        self.queue = queue

    def with_tls(self) -> None:
        """Serve HTTPS, with a new certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w") as pem:
            pem.write(self_signed(METRIC))
            pem.flush()
            context.load_cert_chain(pem.name)
        # the handshake takes place in the connection's own thread, at its first read
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def answer(self, path: str) -> tuple[int, Any]:
        """Return status and content for a path."""
        words = path.partition("?")[0].rstrip("/")
        if words == ROOT:
            return 200, resources()
        namespaced, _, metric = words.rpartition("/")
        if metric == METRIC and namespaced.startswith(f"{ROOT}/namespaces/"):
            try:
                return 200, value(self.depth(), datetime.now(UTC))
            except (OSError, RedisError) as error:
                return 503, {"error": f"the queue on {self.redis} does not answer: {error}"}
        return 404, {"error": f"there is only {METRIC} of {ROOT}"}

    def depth(self) -> int:
        """Return the number of waiting jobs.

        :raises OSError, RedisError: when the Redis server does not return it
        """
        server = Redis(self.redis)
        try:
            depth = server.call("LLEN", self.queue)
        finally:
            server.close()
        return depth if isinstance(depth, int) else 0


def resources() -> dict[str, Any]:
    """Return the APIResourceList of the group."""
    metric = {
        "name": METRIC,
        "singularName": "",
        "namespaced": True,
        "kind": "ExternalMetricValueList",
        "verbs": ["get"],
    }
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP_VERSION, "resources": [metric]}


def value(depth: int, now: datetime) -> dict[str, Any]:
    """Return the ExternalMetricValueList with one value."""
    seen = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    item = {"metricName": METRIC, "metricLabels": {}, "timestamp": seen, "value": str(depth)}
    return {"kind": "ExternalMetricValueList", "apiVersion": GROUP_VERSION, "metadata": {}, "items": [item]}


class _Handler(BaseHTTPRequestHandler):
    server: QueueMetrics
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer with JSON."""
        status, content = self.server.answer(self.path)
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests come every few seconds."""


def serve(address: tuple[str, int], redis: str, queue: str) -> int:
    """Serve in a thread of its own until the process ends, and return the port."""
    server = QueueMetrics(address, redis, queue)
    server.with_tls()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])
