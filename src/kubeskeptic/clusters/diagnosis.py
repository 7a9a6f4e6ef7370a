"""What a machine lacks, recognized from the output of a failed command.

The same text means different things in the output of different programs: ``dial tcp`` is an unreachable module proxy in Go's
output, and an API server that has not started yet in kubeadm's. So a symptom names the programs to which it applies.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

GO = ("go",)
PACKAGES = ("apt-get", "apt-helper", "debootstrap")
NODES = ("docker", "dockerd", "kind")


@dataclass(frozen=True)
class Symptom:
    """A known error message and what to do about it.

    :param pattern: matches the message, regardless of case
    :param programs: the programs to whose output it applies; all when empty
    """

    pattern: str
    advice: str
    programs: tuple[str, ...] = ()


SYMPTOMS = (
    Symptom(
        r"no space left on device|disk quota exceeded",
        "the disk is full; free at least 10 GiB where the cache and the state are kept (KUBESKEPTIC_CACHE and "
        "KUBESKEPTIC_STATE move them) and run again",
    ),
    Symptom(
        r"cannot allocate memory|signal: killed",
        "memory ran out; the builds need 4 GiB and a cluster of four nodes 2 GiB more; stop something else and run again",
    ),
    Symptom(
        r"go\.mod requires go >= [0-9.]+|requires go1?\.?[0-9.]+ or later",
        "the Go tool chain is too old for this Kubernetes version; install the Go that its go.mod names and run again",
        GO,
    ),
    Symptom(
        r"unknown revision|@v/\S+: (?:404|410) |not found: module",
        "the Go module proxy does not have this version; take another (`go list -m -versions MODULE` lists them) and run again",
        GO,
    ),
    Symptom(
        r"proxyconnect|dial tcp|no such host|i/o timeout|TLS handshake timeout|server misbehaving",
        "the Go module proxy does not answer; check `go env GOPROXY` and the network and run again",
        GO,
    ),
    Symptom(
        r"NO_PUBKEY|couldn.t be verified because the public key",
        "the package mirror's signature cannot be checked; install a newer debian-archive-keyring and run again",
        PACKAGES,
    ),
    Symptom(
        r"Temporary failure resolving|Failed to fetch|Could not connect to|Could not resolve|Unable to connect to",
        "the Debian package mirror does not answer; check the addresses in /etc/apt and the network and run again",
        PACKAGES,
    ),
    Symptom(
        r"too many open files",
        "inotify instances or open files ran out; delete another cluster, or raise the limit (sysctl "
        "fs.inotify.max_user_instances=512), and run again",
    ),
    Symptom(
        r"can't initialize iptables|iptables.*(?:table does not exist|Protocol not supported)|nf_tables.*not supported",
        "the kernel lacks netfilter's nat table (nf_tables or ip_tables); use a kernel that has it",
        NODES,
    ),
    Symptom(
        r"overlay.*(?:no such device|not supported)|driver not supported: overlay",
        "the kernel lacks the overlay file system; use a kernel that has CONFIG_OVERLAY_FS",
        NODES,
    ),
    Symptom(
        r"operation not permitted.*mount|mount.*operation not permitted|failed to mount cgroup",
        "mounting is not allowed here; run as root with CAP_SYS_ADMIN",
        (*NODES, *PACKAGES),
    ),
)


def missing_in(output: str, command: str = "") -> str | None:
    """Return what the machine lacks and what to do about it, or None when ``output`` has no known symptom.

    :param command: the command line that printed ``output``
    """
    program = Path(next(iter(shlex.split(command)), "")).name
    for symptom in SYMPTOMS:
        if symptom.programs and program not in symptom.programs:
            continue
        seen = re.search(symptom.pattern, output, re.IGNORECASE)
        if seen:
            return f"{symptom.advice} (seen: “{_line_around(output, seen.start())}”)"
    return None


def _line_around(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return text[start : end if end >= 0 else None].strip()[:300]
