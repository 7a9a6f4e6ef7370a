"""What a machine lacks, read from the words of a command that failed."""

from __future__ import annotations

import re

SYMPTOMS: tuple[tuple[str, str], ...] = (
    (
        r"no space left on device|disk quota exceeded",
        "the disk is full; free at least 10 GiB where the cache and the state are kept (KUBESKEPTIC_CACHE and "
        "KUBESKEPTIC_STATE move them) and run again",
    ),
    (
        r"cannot allocate memory|signal: killed|out of memory",
        "memory ran out; the builds need 4 GiB and a cluster of four nodes 2 GiB more; stop something else and run again",
    ),
    (
        r"go\.mod requires go >= (?P<found>[0-9.]+)|requires go1?\.?(?P<other>[0-9.]+) or later",
        "the Go tool chain is too old for this Kubernetes version; install the Go that its go.mod names and run again",
    ),
    (
        r"unknown revision|@v/\S+: (?:404|410) |not found: module",
        "the Go module proxy does not have this version; take another (`go list -m -versions MODULE` lists them) and run again",
    ),
    (
        r"proxyconnect|dial tcp|no such host|i/o timeout|TLS handshake timeout|server misbehaving",
        "the Go module proxy does not answer; check `go env GOPROXY` and the network and run again",
    ),
    (
        r"Temporary failure resolving|Failed to fetch|Could not connect to|Could not resolve|Unable to connect to",
        "the Debian package mirror does not answer; check the addresses in /etc/apt and the network and run again",
    ),
    (
        r"NO_PUBKEY|couldn.t be verified because the public key",
        "the package mirror's signature cannot be checked; install a newer debian-archive-keyring and run again",
    ),
    (
        r"Too many open files|inotify",
        "the limit for inotify instances or open files is too low; raise fs.inotify.max_user_instances to 512 (sysctl) "
        "and run again",
    ),
    (
        r"can't initialize iptables|iptables.*(?:table does not exist|Protocol not supported)|nf_tables.*not supported",
        "the kernel lacks netfilter's nat table (nf_tables or ip_tables); use a kernel that has it",
    ),
    (
        r"overlay.*(?:no such device|not supported)|driver not supported: overlay",
        "the kernel lacks the overlay file system; use a kernel that has CONFIG_OVERLAY_FS",
    ),
    (
        r"operation not permitted.*mount|mount.*operation not permitted|failed to mount cgroup",
        "mounting is not allowed here; run as root with CAP_SYS_ADMIN",
    ),
)


def missing_in(output: str) -> str | None:
    """What the machine lacks and what to do about it, or None when the words of ``output`` are not known."""
    for pattern, advice in SYMPTOMS:
        seen = re.search(pattern, output, re.IGNORECASE)
        if seen:
            return f"{advice} (seen: “{_line_around(output, seen.start())}”)"
    return None


def _line_around(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return text[start : end if end >= 0 else None].strip()[:300]
