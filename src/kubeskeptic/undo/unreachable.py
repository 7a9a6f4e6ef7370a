"""Whether the API server can be asked at all: what undoing must not wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubeskeptic.durations import SAYS_WHO_IT_IS
from kubeskeptic.errors import ClusterError, Unanswered
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Site


def silent(site: Site) -> str:
    """Why the API server cannot be asked now, found out within seconds; empty when it answers, be it to say no."""
    try:
        site.kube.get("Namespace", "kube-system", timeout=SAYS_WHO_IT_IS)
    except Unanswered as error:
        return str(error)
    except ClusterError as error:
        return str(error) if error.status >= 500 else ""
    return ""


def answers(site: Site) -> bool | NotYet:
    """Whether it answers, as something to wait for."""
    silence = silent(site)
    return NotYet(silence) if silence else True
