"""Reading a watch: from pieces of a response to events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kubeskeptic.errors import ClusterError, Gone, Unanswered

Event = dict[str, Any]
"""``{"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "OPENED", "object": {…}}``"""

OPENED: Event = {"type": "OPENED", "object": {}}
"""The first event: the server has accepted the watch. A quiet watch sends nothing else until its first bookmark."""


def events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events in the response to a watch, each as soon as its line is complete.

    The server may send 410 within a successful response, as an event of type ERROR; that raises an error here too.

    :raises Gone: when the server no longer has the requested resource version
    :raises ClusterError: when it ends the watch with another error
    :raises Unanswered: when the response ends within a line
    """
    rest = b""
    for piece in pieces:
        if not piece:
            yield OPENED
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield _event(line)
    if rest.strip():
        raise Unanswered("the watch broke off in the middle of an event")


def _event(line: bytes) -> Event:
    try:
        event: Event = json.loads(line)
    except ValueError as torn:
        raise Unanswered(f"the watch sent an invalid event: {line[:80]!r}") from torn
    if event["type"] != "ERROR":
        return event
    said = event.get("object") or {}
    code = int(said.get("code") or 0)
    message = f"the watch was ended: {said.get('message', 'no reason given')}"
    raise Gone(message, code) if code == 410 else ClusterError(message, code)
