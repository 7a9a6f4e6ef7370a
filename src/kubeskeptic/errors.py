"""Everything this library raises on purpose, as one tree.

::

    SkepticError                 exit 1
    ├── BadInput                 exit 4   what was asked makes no sense; says what to ask instead
    │   └── UnknownClaim
    ├── MissingRequirement       exit 1   the machine lacks something; says what and how to get it
    ├── CommandFailed            exit 1   a command of the machine, the engine or a node failed
    ├── PatienceExhausted        exit 1   a wait gave up; says the last state it saw
    ├── ClusterError             exit 1   the API server answered, and the answer was no
    │   ├── NotFound
    │   ├── Conflict
    │   └── Gone                          a watch asked for a past the server has forgotten
    ├── Unanswered               exit 1   the API server did not answer
    ├── Refused                  exit 21  the cluster is not ours to touch, or not now
    ├── LeftDirty                exit 20  something of ours could not be undone
    ├── NotAsked                 exit 0   this cluster cannot be asked: a claim is skipped
    └── Inconclusive             exit 10  nothing can be concluded from what was seen
        └── DiskFull                      what is seen cannot be written down; an OSError too

A caller handles the level it cares about. Errors of libraries are mapped to these once, where the library is imported.
"""

from __future__ import annotations


class SkepticError(Exception):
    """Anything that stops the harness on purpose. The text is one sentence that says what to do."""

    exit_status = 1


class BadInput(SkepticError):
    """What was asked makes no sense."""

    exit_status = 4


class UnknownClaim(BadInput):
    """No claim of the catalogue has this id."""


class MissingRequirement(SkepticError):
    """The machine lacks something that the work needs."""


class CommandFailed(SkepticError):
    """A command ended with a status other than zero, or did not end in time."""

    def __init__(self, command: str, status: int | None, output: str) -> None:
        self.command = command
        self.status = status
        self.output = output
        how = "did not end in time" if status is None else f"ended with status {status}"
        tail = "\n".join(output.strip().splitlines()[-8:])
        super().__init__(f"`{command}` {how}: {tail}" if tail else f"`{command}` {how}")


class PatienceExhausted(SkepticError):
    """A wait gave up. Patience is ours: it says nothing about what Kubernetes promises."""


class ClusterError(SkepticError):
    """The API server refused a request."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class NotFound(ClusterError):
    """No such object."""


class Forbidden(ClusterError):
    """Our rights, an admission policy or a quota do not allow it."""


class Conflict(ClusterError):
    """The object exists already, was changed meanwhile, or another field manager owns the field."""


class Gone(ClusterError):
    """The resource version is too old to watch from."""


class Unanswered(SkepticError):
    """The API server could not be reached, or did not answer in time."""


class Refused(SkepticError):
    """The cluster is not ours to touch, or another run is using it."""

    exit_status = 21


class LeftDirty(SkepticError):
    """Something of ours is still in the cluster after everything that could be undone was."""

    exit_status = 20


class NotAsked(SkepticError):
    """This cluster cannot be asked, or not by us: what depends on it is skipped. The text is the reason."""

    exit_status = 0


class Inconclusive(SkepticError):
    """Nothing can be concluded: a gap, a fault that did not bite, a dirty baseline."""

    exit_status = 10


class DiskFull(Inconclusive, OSError):
    """What is seen cannot be written down any more. An OSError too, so that undoing treats it as one and goes on."""
