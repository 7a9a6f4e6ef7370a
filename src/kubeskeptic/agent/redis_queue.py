"""A queue of jobs, which is a Redis list: a client that speaks RESP version 2, as Redis documents it, and a worker.

The worker takes one job after another, and works on each for a fixed time. BRPOP takes the oldest job, and waits if there is
none.
"""

from __future__ import annotations

import signal
import socket
import threading

Reply = str | int | list["Reply"] | None


class RedisError(Exception):
    """The server answered with an error, or ended the connection."""


class Redis:
    """A connection, opened when the object is created.

    :param timeout: seconds for connecting and for each reply; longer than any command blocks
    :raises OSError: when the server cannot be reached
    """

    def __init__(self, host: str, port: int = 6379, timeout: float = 5.0) -> None:
        self._socket = socket.create_connection((host, port), timeout)
        self._file = self._socket.makefile("rb")

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self._socket.close()

    def call(self, *words: str) -> Reply:
        """Send one command and return the reply.

        :raises RedisError: when the reply is an error
        :raises OSError: when the connection breaks, or the reply does not come in time
        """
        parts = [word.encode() for word in words]
        head = b"*%d\r\n" % len(parts)
        self._socket.sendall(head + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        return self._reply()

    def _reply(self) -> Reply:
        line = self._file.readline().decode().rstrip("\r\n")
        match line[:1]:
            case "+":
                return line[1:]
            case ":":
                return int(line[1:])
            case "$":
                return self._bulk(int(line[1:]))
            case "*":
                size = int(line[1:])
                return None if size < 0 else [self._reply() for _ in range(size)]
            case _:
                raise RedisError(line[1:] or "the server has closed the connection")

    def _bulk(self, size: int) -> str | None:
        return None if size < 0 else self._file.read(size + 2)[:-2].decode()


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
