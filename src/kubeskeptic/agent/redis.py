"""One connection to a Redis server over a plain socket: commands out, replies in. RESP version 2, as Redis documents it."""

from __future__ import annotations

import socket

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
