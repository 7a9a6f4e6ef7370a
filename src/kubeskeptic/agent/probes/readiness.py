"""Which sockets are ready: an epoll of our own, which the event loop watches.

It needs one system call per socket. The event loop would need four registrations per question, which cost more processor time
than the question. Events are reported once, when they happen (edge-triggered); the callback reads until nothing is left.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

READABLE = select.EPOLLIN
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
"""The other side has closed, or the connection failed: after what is left to read, no more comes."""
ANSWER = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET
"""What to watch for on a socket on which a question has been sent."""
ESTABLISHED = ANSWER | select.EPOLLOUT
"""What to watch for on a socket that is connecting."""

Callback = Callable[[int], None]
"""Takes the events that happened, as bits."""


class Readiness:
    """Watches sockets for the running loop."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callback] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._dispatch)

    def watch(self, fd: int, events: int, callback: Callback) -> None:
        """Call ``callback`` whenever one of ``events`` happens to a socket, until :meth:`forget`."""
        self._callbacks[fd] = callback
        self._epoll.register(fd, events)

    def forget(self, fd: int) -> None:
        """Stop watching a socket that is about to be closed; the kernel then removes it from the epoll."""
        self._callbacks.pop(fd, None)

    def close(self) -> None:
        """Stop watching all sockets."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _dispatch(self) -> None:
        for fd, events in self._epoll.poll(0):
            callback = self._callbacks.get(fd)
            if callback is not None:
                callback(events)
