"""Room for many sockets at once, made before the first is needed."""

from __future__ import annotations

import os
import resource
import socket

OPEN_FILES = 20_000
"""Sockets that may be open at once, as far as the limit allows: 1000 questions a second that are silent for five deadlines."""


def make_room() -> None:
    """Raise the limit of open files, and let the kernel make its table of them as large as that.

    A table that grows is copied, and in a process of several threads the kernel then waits until every processor has let go of
    the old one (``expand_fdtable`` in fs/file.c): measured, 0.3 s on a busy machine, in which no thread can open a socket. It
    would happen when many questions are unanswered, which is when they matter. The table never shrinks.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    with socket.socket() as first:
        os.close(os.dup2(first.fileno(), most - 1))
