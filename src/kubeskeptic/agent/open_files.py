"""Makes room for many open sockets before the first one is needed."""

from __future__ import annotations

import os
import resource
import socket

OPEN_FILES = 20_000
"""Sockets that may be open at once, if the limit allows: 1000 questions a second, unanswered for five deadlines."""


def make_room() -> None:
    """Raise the limit of open files, and let the kernel enlarge its table of them to that limit.

    To enlarge the table the kernel copies it. In a process with several threads it then waits until every processor has
    released the old table (``expand_fdtable`` in fs/file.c): measured on a busy machine, 0.3 s in which no thread can open a
    socket. This would happen when many questions are unanswered, which is when they matter. The table never shrinks.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    with socket.socket() as first:
        os.close(os.dup2(first.fileno(), most - 1))
