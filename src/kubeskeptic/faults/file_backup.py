"""Files of a node: backed up, changed, and restored byte for byte.

Backups are kept in a folder of our own. A file is first written next to its final place and then renamed. Until then its name
begins with a dot, because the kubelet does not read such files.
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
    """Return the path of a file's backup."""
    return f"{STATE_FOLDER}/backup/{path.strip('/').replace('/', '%')}"


def _beside(path: str) -> str:
    place = PurePosixPath(path)
    return str(place.with_name(f".{place.name}.kubeskeptic"))


def read(site: Site, node: str, path: str) -> str:
    """Return a file's text."""
    return site.in_node(node, "cat", path)


def digest(text: str) -> str:
    """Return the SHA-256 digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def back_up(site: Site, node: str, path: str) -> None:
    """Back up a file, unless it has a backup: the first one is the original."""
    site.in_node(node, "sh", "-c", _BACK_UP, "sh", backup_path(path), path)


def write(site: Site, node: str, path: str, text: str) -> None:
    """Replace a file atomically."""
    site.in_node(node, "sh", "-c", _WRITE, "sh", _beside(path), path, stdin=text)


def remove(site: Site, node: str, path: str) -> None:
    """Remove a file that has been backed up."""
    site.in_node(node, "rm", "-f", path)


def restore(path: str, then: str = "") -> tuple[str, ...]:
    """Return the command line that restores a file in its node; it does nothing if there is no backup.

    :param then: shell command to run afterwards; the backup is kept until it succeeds, so that all of it can be retried
    """
    script = f"{_RESTORE}{{ {then}; }} && {_FORGET}" if then else f"{_RESTORE}{_FORGET}"
    return ("sh", "-c", script, "sh", backup_path(path), path, _beside(path))
