"""Notes about faults, left where the fault is, so that it can be undone when journal and switch are lost.

In a node it is a file below ``/var/lib/kubeskeptic``, which outlives a restart of the node; on an object it is the
annotation ``kubeskeptic/undo.ID``, one for each fault, as several may act on one object. All hold what the journal's intent
holds: the fault's id, its name, and its undo record.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import NotFound
from kubeskeptic.journal.open_faults import OpenFault, plain
from kubeskeptic.node_access.exec_pods import KEPT

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

FOLDER = KEPT
"""Where a node keeps notes, and what faults put aside there."""
ANNOTATION = "kubeskeptic/undo."
"""What the name of an annotation with a note begins with; the fault's id follows."""

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


def annotation(one: OpenFault) -> str:
    """The name of the annotations that hold a fault's note."""
    return f"{ANNOTATION}{plain(one.id)}"


def annotate(site: Site, one: OpenFault, text: str | None) -> None:
    """Put a fault's note on its objects, or take it away; an object that is gone has none.

    :raises ClusterError: when the API server does not let us
    """
    for kind, namespace, name in one.objects:
        with contextlib.suppress(NotFound):
            site.kube.patch(kind, name, namespace or None, {"metadata": {"annotations": {annotation(one): text}}})


def on_object(kind: str, metadata: Mapping[str, Any]) -> Iterator[OpenFault]:
    """The faults that an object has notes about; what was copied from another object is no note about this one."""
    here = (kind, metadata.get("namespace", ""), metadata["name"])
    for key, text in (metadata.get("annotations") or {}).items():
        one = parse(text) if key.startswith(ANNOTATION) else None
        if one and here in one.objects and key == annotation(one):
            yield one
