"""Static pod manifests of the control plane: put aside, changed, put back byte for byte.

The kubelet reads every file in its manifest folder, so what is put aside goes elsewhere, and what is written is written
beside that folder, on its file system, and moved in whole.
"""

from __future__ import annotations

import hashlib

from kubeskeptic.faults.contract import Site
from kubeskeptic.undo.notes import FOLDER

MANIFESTS = "/etc/kubernetes/manifests"
ASIDE = f"{FOLDER}/manifests"

_PUT_ASIDE = (
    'mkdir -p "$1" && { test -e "$1/$3.yaml" || { cp -p "$2/$3.yaml" "$1/$3.new" && mv "$1/$3.new" "$1/$3.yaml"; }; }'
)
_WRITE = 'cat > "$1.$2.new" && mv "$1.$2.new" "$1/$2.yaml"'
_RESTORE = (
    'test -e "$1/$3.yaml" || exit 0; cmp -s "$1/$3.yaml" "$2/$3.yaml" || '
    '{ cp -p "$1/$3.yaml" "$2.$3.new" && mv "$2.$3.new" "$2/$3.yaml"; } && rm -f "$1/$3.yaml"'
)


def read(site: Site, node: str, part: str) -> str:
    """The manifest of a control plane part, such as ``kube-scheduler``."""
    return site.in_node(node, "cat", f"{MANIFESTS}/{part}.yaml")


def digest(text: str) -> str:
    """What tells a manifest from every other."""
    return hashlib.sha256(text.encode()).hexdigest()


def put_aside(site: Site, node: str, part: str) -> None:
    """Keep a copy of a manifest; the first one stays."""
    site.in_node(node, "sh", "-c", _PUT_ASIDE, "sh", ASIDE, MANIFESTS, part)


def write(site: Site, node: str, part: str, text: str) -> None:
    """Replace a manifest."""
    site.in_node(node, "sh", "-c", _WRITE, "sh", MANIFESTS, part, stdin=text)


def remove(site: Site, node: str, part: str) -> None:
    """Take a manifest away, of which a copy has been put aside."""
    site.in_node(node, "rm", "-f", f"{MANIFESTS}/{part}.yaml")


def restore(part: str) -> tuple[str, ...]:
    """The command line that puts back in its node what was put aside; does nothing when nothing was."""
    return ("sh", "-c", _RESTORE, "sh", ASIDE, MANIFESTS, part)


def process_age(site: Site, node: str, part: str) -> dict[str, float]:
    """Seconds since the start of each process of a part in a node, by its command line."""
    found = {}
    for line in site.in_node(node, "ps", "-eww", "-o", "etimes=,args=").splitlines():
        age, _, command = line.strip().partition(" ")
        if command.strip().partition(" ")[0].rpartition("/")[2] == part:
            found[command.strip()] = float(age)
    return found
