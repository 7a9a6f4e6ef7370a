"""Files of a node: put aside, changed, put back byte for byte.

What is put aside goes to a folder of our own that nobody else reads. What is written is written beside its place under a name
that begins with a dot, which the kubelet does not read either, and moved in whole.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from kubeskeptic.faults.fault import Site
from kubeskeptic.node_access.exec_pods import STATE_FOLDER

_BACK_UP = 'test -e "$1" || { mkdir -p "$(dirname "$1")" && cp -p "$2" "$1.new" && mv "$1.new" "$1"; }'
_WRITE = 'cat > "$1" && mv "$1" "$2"'
_RESTORE = 'test -e "$1" || exit 0; { cmp -s "$1" "$2" || { cp -p "$1" "$3" && mv "$3" "$2"; }; } && '
_FORGET = 'rm -f "$1"'


def backup_path(path: str) -> str:
    """Where a file is put aside."""
    return f"{STATE_FOLDER}/backup/{path.strip('/').replace('/', '%')}"


def _beside(path: str) -> str:
    place = PurePosixPath(path)
    return str(place.with_name(f".{place.name}.kubeskeptic"))


def read(site: Site, node: str, path: str) -> str:
    """A file's text."""
    return site.in_node(node, "cat", path)


def digest(text: str) -> str:
    """What tells a text from every other."""
    return hashlib.sha256(text.encode()).hexdigest()


def back_up(site: Site, node: str, path: str) -> None:
    """Put a copy aside, unless there is one: the first is the original."""
    site.in_node(node, "sh", "-c", _BACK_UP, "sh", backup_path(path), path)


def write(site: Site, node: str, path: str, text: str) -> None:
    """Replace a file whole."""
    site.in_node(node, "sh", "-c", _WRITE, "sh", _beside(path), path, stdin=text)


def remove(site: Site, node: str, path: str) -> None:
    """Take a file away, of which a copy has been put aside."""
    site.in_node(node, "rm", "-f", path)


def restore(path: str, then: str = "") -> tuple[str, ...]:
    """The command line that puts back in its node what was put aside; does nothing when nothing was.

    :param then: shell words to run afterwards; until they succeed the copy is kept, so that all of it can be tried again
    """
    script = f"{_RESTORE}{{ {then}; }} && {_FORGET}" if then else f"{_RESTORE}{_FORGET}"
    return ("sh", "-c", script, "sh", backup_path(path), path, _beside(path))
