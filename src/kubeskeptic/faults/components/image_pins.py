"""Pins on a node's images, which keep its kubelet from deleting them.

Under disk pressure, before it evicts pods, a kubelet deletes every image that no container uses. It keeps images that the
runtime reports as pinned (CRI, ``Image.pinned``); in containerd, a label pins an image. A second label, with the run's id,
marks our own pins.
"""

from __future__ import annotations

import shlex

from kubeskeptic.faults.fault import Site
from kubeskeptic.faults.runtime import CTR

PIN, OURS = "io.cri-containerd.pinned", "kubeskeptic/pinned"
_CTR = shlex.join(CTR)
_PIN = f"""
{_CTR} images ls -q 'labels."{PIN}"!=pinned' | while read -r image; do
  {_CTR} images label "$image" {PIN}=pinned {OURS}="$1" >/dev/null || exit
done
"""

UNPIN = (
    f"{{ {_CTR} images ls -q 'labels.\"{OURS}\"' | while read -r image; do "
    f'{_CTR} images label "$image" {PIN}= {OURS}= >/dev/null || exit; done; }}'
)
"""Shell commands that remove our pins from a node's images, and no others."""


def pin(site: Site, node: str) -> None:
    """Pin every image of a node that is not pinned yet."""
    site.in_node(node, "sh", "-c", _PIN, "sh", site.run)
