"""The controllers that kube-controller-manager runs, as its manifest says."""

from __future__ import annotations

import re

from kubeskeptic.errors import BadInput


def without(text: str, controller: str) -> str:
    """The manifest of kube-controller-manager with one controller off.

    :raises BadInput: when it is off already, or the manifest has not the form that kubeadm gives it
    """
    if re.search(rf"--controllers=.*-{re.escape(controller)}\b", text):
        raise BadInput(f"{controller} is off already")
    changed, count = re.subn(r"(--controllers=[^\s\"']+)", rf"\1,-{controller}", text)
    if not count:
        command = re.compile(r"^(\s*- )kube-controller-manager$", re.MULTILINE)
        changed, count = command.subn(rf"\g<0>\n\g<1>--controllers=*,-{controller}", text)
    if count != 1:
        raise BadInput(
            "the manifest of kube-controller-manager has not the form that kubeadm gives it; nothing was changed"
        )
    return changed
