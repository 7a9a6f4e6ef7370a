"""Notes about faults, left where the fault is, so that it can be undone when journal and switch are lost.

In a node it is a file below ``/var/lib/kubeskeptic``, which outlives a restart of the node; on an object it is the
annotation ``kubeskeptic/undo``. Both hold what the journal's intent holds: the fault's id, its name, and its undo record.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from kubeskeptic.errors import NotFound
from kubeskeptic.reach.hand_manifests import KEPT
from kubeskeptic.undo.ledger import OpenFault

if TYPE_CHECKING:
    from kubeskeptic.faults.contract import Site

FOLDER = KEPT
"""Where a node keeps notes, and what faults put aside there."""
ANNOTATION = "kubeskeptic/undo"

_READ = 'for note in "$1"/*.json; do test -e "$note" && cat "$note" && echo; done; true'
_WRITE = 'mkdir -p "$1" && cat > "$1/$2.json.new" && mv "$1/$2.json.new" "$1/$2.json"'
_UNDO = 'note="$1"; shift; "$@" && rm -f "$note"'


def written(one: OpenFault) -> str:
    """The text of a note: one line of JSON."""
    return json.dumps(one.as_record(), sort_keys=True)


def parse(text: str) -> OpenFault | None:
    """The fault that a note speaks of; None when it is no note of ours."""
    try:
        return OpenFault.from_record(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None


def path(one: OpenFault) -> str:
    """A note's place in the node."""
    return f"{FOLDER}/{one.key}.json"


def leave(site: Site, node: str, one: OpenFault) -> None:
    """Leave a note in a node: it is there whole or not at all.

    :raises CommandFailed: when the node cannot be reached
    """
    site.in_node(node, "sh", "-c", _WRITE, "sh", FOLDER, one.key, stdin=written(one))


def take_away(site: Site, node: str, one: OpenFault) -> None:
    """Remove a note from a node; fine when it is not there."""
    site.in_node(node, "rm", "-f", path(one))


def in_node(site: Site, node: str) -> list[OpenFault]:
    """The faults that a node has notes about.

    :raises CommandFailed: when the node cannot be reached
    """
    lines = site.in_node(node, "sh", "-c", _READ, "sh", FOLDER).splitlines()
    return [found for found in map(parse, filter(None, lines)) if found]


def and_forget(one: OpenFault, argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command line that runs ``argv`` in a node and removes the note when it succeeds."""
    return ("sh", "-c", _UNDO, "sh", path(one), *argv)


def annotate(site: Site, kind: str, namespace: str, name: str, text: str | None) -> None:
    """Put a note on an object, or take it away; an object that is gone has none.

    :raises ClusterError: when the API server does not let us
    """
    with contextlib.suppress(NotFound):
        site.kube.patch(kind, name, namespace or None, {"metadata": {"annotations": {ANNOTATION: text}}})
