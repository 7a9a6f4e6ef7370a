"""Which targets are taken by a fault in force."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubeskeptic.errors import BadInput

if TYPE_CHECKING:
    from kubeskeptic.faults.contract import Target


class InForce:
    """The faults in force on one cluster, by target. Safe to use from several threads."""

    def __init__(self) -> None:
        self._taken: dict[Target, str] = {}
        self._lock = threading.Lock()

    def take(self, targets: Iterable[Target], fault: str) -> None:
        """Reserve targets for ``fault``.

        :raises BadInput: when one of them is taken, naming both faults; then none is reserved
        """
        wanted = tuple(targets)
        with self._lock:
            for target in wanted:
                if target in self._taken:
                    raise BadInput(
                        f"{fault} and {self._taken[target]} would both act on {target} at the same time; "
                        "let the first one end, or choose another target"
                    )
            self._taken.update(dict.fromkeys(wanted, fault))

    def release(self, targets: Iterable[Target]) -> None:
        """Give targets back; fine when they are not taken."""
        with self._lock:
            for target in targets:
                self._taken.pop(target, None)

    def __len__(self) -> int:
        return len(self._taken)
