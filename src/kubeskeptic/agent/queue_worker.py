"""A worker: takes one job after another from a queue, and works on each for a fixed time.

The queue is a Redis list. BRPOP takes its oldest job, and waits if there is none.
"""

from __future__ import annotations

import signal
import threading

from kubeskeptic.agent.redis import Redis, RedisError

BLOCKS = 1
"""Seconds that one BRPOP waits for a job."""
AGAIN = 0.5
"""Seconds between two attempts to reach the server."""


def work(host: str, queue: str, seconds: float, told: threading.Event) -> int:
    """Take jobs until ``told`` is set, and return how many were taken. A server that is out of reach is tried again.

    :param seconds: how long each job takes
    """
    taken = 0
    while not told.is_set():
        try:
            taken += _take(host, queue, seconds, told)
        except (OSError, RedisError):
            told.wait(AGAIN)
    return taken


def _take(host: str, queue: str, seconds: float, told: threading.Event) -> int:
    server, taken = Redis(host), 0
    try:
        while not told.is_set():
            if server.call("BRPOP", queue, str(BLOCKS)) is not None:
                taken += 1
                told.wait(seconds)
    finally:
        server.close()
    return taken


def until_told(host: str, queue: str, seconds: float) -> None:
    """Work until SIGTERM or SIGINT."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    work(host, queue, seconds, told)
