"""Undo records, kept where the fault is, so that it can be undone even if its journal and its switch are lost.

In a node, the record is a file below ``/var/lib/kubeskeptic``, which survives a restart of the node. On an object, it is the
annotation ``kubeskeptic/undo.ID``, one for each fault, because several faults may act on one object. A record holds the same as
the journal's intent: the fault's id, its name, and what is needed to undo it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import NotFound
from kubeskeptic.journal.open_faults import OpenFault, plain
from kubeskeptic.node_access.exec_pods import STATE_FOLDER

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site

ANNOTATION = "kubeskeptic/undo."
"""The prefix of an annotation with an undo record; the fault's id follows."""

_READ = 'for record in "$1"/*.json; do test -e "$record" && cat "$record" && echo; done; true'
_WRITE = 'mkdir -p "$1" && cat > "$1/$2.json.new" && mv "$1/$2.json.new" "$1/$2.json"'
_UNDO = 'record="$1"; shift; "$@" && rm -f "$record"'


def written(one: OpenFault) -> str:
    """Return a record's text: one line of JSON."""
    return json.dumps(one.as_record(), sort_keys=True)


def parse(text: str) -> OpenFault | None:
    """Return the fault of a record; None when the text is not a record."""
    try:
        return OpenFault.from_record(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None


def path(one: OpenFault) -> str:
    """Return the path of a fault's record in a node."""
    return f"{STATE_FOLDER}/{one.key}.json"


def write_in_node(site: Site, node: str, one: OpenFault) -> None:
    """Write a fault's record to a node, atomically.

    :raises CommandFailed: when the node cannot be reached
    """
    site.in_node(node, "sh", "-c", _WRITE, "sh", STATE_FOLDER, one.key, stdin=written(one))


def remove_from_node(site: Site, node: str, one: OpenFault) -> None:
    """Remove a fault's record from a node, if it is there."""
    site.in_node(node, "rm", "-f", path(one))


def in_node(site: Site, node: str) -> list[OpenFault]:
    """Return the faults whose records are in a node.

    :raises CommandFailed: when the node cannot be reached
    """
    lines = site.in_node(node, "sh", "-c", _READ, "sh", STATE_FOLDER).splitlines()
    return [found for found in map(parse, filter(None, lines)) if found]


def and_remove(one: OpenFault, argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command line that runs ``argv`` in a node and, when it succeeds, removes the record."""
    return ("sh", "-c", _UNDO, "sh", path(one), *argv)


def annotation(one: OpenFault) -> str:
    """Return the name of the annotation that holds a fault's record."""
    return f"{ANNOTATION}{plain(one.id)}"


def annotate(site: Site, one: OpenFault, text: str | None) -> None:
    """Put a fault's record on its objects, or remove it if ``text`` is None. Objects that are gone are skipped.

    :raises ClusterError: when the API server refuses
    """
    for kind, namespace, name in one.objects:
        with contextlib.suppress(NotFound):
            site.kube.patch(kind, name, namespace or None, {"metadata": {"annotations": {annotation(one): text}}})


def on_object(kind: str, metadata: Mapping[str, Any]) -> Iterator[OpenFault]:
    """Yield the faults whose records are on an object. A record copied from another object does not count."""
    here = (kind, metadata.get("namespace", ""), metadata["name"])
    for key, text in (metadata.get("annotations") or {}).items():
        one = parse(text) if key.startswith(ANNOTATION) else None
        if one and here in one.objects and key == annotation(one):
            yield one
