"""The queueing discipline of the device through which a node reaches the others.

``tc`` replaces the kernel's default one, which comes back when ours is deleted. Somebody else's is never touched.
"""

from __future__ import annotations

import json

from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement
from kubeskeptic.faults.contract import Site
from kubeskeptic.faults.network.table import device

DEFAULTS = ("noqueue", "pfifo_fast", "fq_codel", "mq", "fq")
HANDLE = "5e9c:"
"""The handle that ours has, by which it is known."""

_TRY = 'exec unshare --net "$(command -v tc)" qdisc add dev lo root "$@"'
"""In a network of its own; tc by its path, as a busybox takes its own one by name."""
_DELETE = 'tc qdisc show dev "$1" | grep -q "^qdisc [a-z]* $2 root" || exit 0; exec tc qdisc del dev "$1" root'


def check(site: Site, node: str, *words: str) -> str:
    """See that the discipline can be set; the device.

    :raises BadInput: when somebody has set one
    :raises MissingRequirement: when the kernel has not got it
    """
    on = device(site, node)
    root = [one for one in json.loads(site.in_node(node, "tc", "-json", "qdisc", "show", "dev", on)) if one.get("root")]
    if any(one["kind"] not in DEFAULTS for one in root):
        raise BadInput(f"{node} has a queueing discipline on {on} that is not the kernel's own; take it away first")
    try:
        site.in_node(node, "sh", "-c", _TRY, "sh", *words)
    except CommandFailed as lacking:
        raise MissingRequirement(
            f"the kernel of {node} has no {words[0]} ({lacking.output.strip()}); use one that has sch_{words[0]}"
        ) from lacking
    return on


def put(site: Site, node: str, on: str, *words: str) -> None:
    """Set the discipline, ``words`` as tc(8) wants them."""
    site.in_node(node, "tc", "qdisc", "replace", "dev", on, "root", "handle", HANDLE, *words)


def delete(on: str) -> tuple[str, ...]:
    """The command line that takes ours away in its node; fine when it is gone."""
    return ("sh", "-c", _DELETE, "sh", on, HANDLE)


def there(site: Site, node: str, on: str) -> bool:
    """Whether ours is set."""
    return f" {HANDLE} root" in site.in_node(node, "tc", "qdisc", "show", "dev", on)
