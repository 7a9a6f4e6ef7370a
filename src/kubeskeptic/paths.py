"""Where things are kept on the machine, outside the clone.

``KUBESKEPTIC_CACHE`` moves the cache, ``KUBESKEPTIC_STATE`` the state; both follow the XDG base directories otherwise.
"""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """What can be made again at the price of time: builds, packages, downloaded modules."""
    return _place("KUBESKEPTIC_CACHE", "XDG_CACHE_HOME", ".cache")


def state() -> Path:
    """What belongs to this machine: the engine's data, kubeconfigs, locks, dead man's switches."""
    return _place("KUBESKEPTIC_STATE", "XDG_STATE_HOME", ".local/state")


def checkout() -> Path:
    """The project's own folder: where suites/, manifests/ and images/ lie."""
    return Path(__file__).resolve().parents[2]


def _place(own: str, xdg: str, fallback: str) -> Path:
    if os.environ.get(own):
        return Path(os.environ[own]).resolve()
    base = Path(os.environ[xdg]) if os.environ.get(xdg) else Path.home() / fallback
    return base / "kubeskeptic"
