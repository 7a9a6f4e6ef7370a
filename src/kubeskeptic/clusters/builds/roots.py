"""Root file systems made of Debian packages: the node's, kube-proxy's, the agent's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from kubeskeptic.clusters.debian import KEYRING, Packages
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import PACKAGES

NODE_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "iptables", "nftables", "iproute2", "ipset", "conntrack", "ethtool", "socat",
    "kmod", "procps", "curl", "jq", "runc", "mount", "util-linux", "hostname", "iputils-ping", "ca-certificates",
)  # fmt: skip
NODE_ROOT = Recipe("node-root", "bookworm", (*NODE_PACKAGES, "2"))
NODE_ROOT_SECONDS = 80.0

PROXY_PACKAGES = (
    "libc6", "iptables", "libxtables12", "libip4tc2", "libip6tc2", "libmnl0", "libnfnetlink0", "libnetfilter-conntrack3",
    "libnftnl11", "nftables", "libnftables1", "libedit2", "libtinfo6", "libbsd0", "libmd0", "libjansson4", "libgmp10",
    "conntrack", "netbase", "busybox-static",
)  # fmt: skip
"""The commands that kube-proxy calls, and ``netbase``, whose ``/etc/protocols`` it requires in nftables mode.

Without that file, ``nft`` lists ``6`` where kube-proxy has written ``tcp``. A starting kube-proxy then treats every element of
``service-ips`` as stale, deletes it, and reports that it is healthy.
"""
FIREWALL_PACKAGES = (*PROXY_PACKAGES, "ipset", "libipset13")
REDIS_PACKAGES = (
    "libc6", "redis-server", "redis-tools", "libatomic1", "libjemalloc2", "liblzf1", "libssl3", "libsystemd0", "libcap2",
    "libgcrypt20", "libgpg-error0", "liblz4-1", "liblzma5", "libzstd1", "libstdc++6", "libgcc-s1", "liblua5.1-0",
    "libhiredis0.14", "busybox-static",
)  # fmt: skip
PYTHON_PACKAGES = (
    "libc6", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libexpat1", "zlib1g", "libuuid1",
    "libffi8", "liblzma5", "libbz2-1.0", "libssl3", "busybox-static",
)  # fmt: skip
TOOLS_PACKAGES = (
    "iptables", "libxtables12", "libip4tc2", "libip6tc2", "libmnl0", "libnfnetlink0", "libnetfilter-conntrack3",
    "libnftnl11", "nftables", "libnftables1", "libedit2", "libtinfo6", "libbsd0", "libmd0", "libjansson4", "libgmp10",
    "conntrack", "iproute2", "libbpf1", "libelf1", "libcap2", "libdb5.3", "libselinux1", "libpcre2-8-0", "libtirpc3",
    "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libkrb5support0", "libcom-err2", "libkeyutils1",
    "dash", "procps", "libproc2-0", "libncursesw6", "libsystemd0", "libgcrypt20", "libgpg-error0", "liblz4-1", "libzstd1",
)  # fmt: skip
"""Tools that the exec pod needs, as nodes may lack them: for the packet filter, routes, queues and processes."""
NOT_NEEDED = (
    "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian",
    "var/cache/apt", "var/lib/apt/lists",
)  # fmt: skip


def debootstrap(into: Path, packages: Packages, step: Step) -> None:
    """Make the node's root file system as ``root.tar`` in a folder, with systemd but without what a container cannot use.

    :raises MissingRequirement: when the mirror does not answer
    """
    tool, root = into / "tool", into / "root"
    packages.unpack(["debootstrap"], tool, step)
    signed = ["--keyring", str(KEYRING)] if KEYRING.exists() else []
    step.run(
        [
            str(tool / "usr/sbin/debootstrap"), "--variant=minbase", *signed, f"--include={','.join(NODE_PACKAGES)}",
            packages.suite, str(root), packages.mirror.address,
        ],
        env={**os.environ, "DEBOOTSTRAP_DIR": str(tool / "usr/share/debootstrap"), "LC_ALL": "C"},
        patience=PACKAGES,
    )  # fmt: skip
    slim(root)
    _quieten(root)
    step.run(["tar", "--numeric-owner", "-C", str(root), "-cf", str(into / "root.tar"), "."], patience=PACKAGES)
    shutil.rmtree(root)
    shutil.rmtree(tool)


def unpacked(root: Path, packages: Packages, names: Sequence[str], step: Step) -> None:
    """Unpack packages into a root with merged /usr, and add the basic files and folders that programs expect."""
    for folder in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / folder).mkdir(parents=True, exist_ok=True)
        (root / folder).symlink_to(f"usr/{folder}")
    packages.fetch(names, step)
    for name in names:
        # dpkg -x replaces a link to a folder with a folder, so each package is first unpacked separately
        apart = root.with_name(f"{root.name}.apart")
        packages.unpack([name], apart, step)
        merge(apart, root)
        shutil.rmtree(apart)
    slim(root)
    for folder in ("tmp", "run", "etc"):
        (root / folder).mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text(
        "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", encoding="utf-8"
    )
    (root / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n", encoding="utf-8")


def merge(source: Path, root: Path) -> None:
    """Move a package's files into a root, following the root's links to folders; existing files are replaced."""
    for path in sorted(source.rglob("*")):
        target = root / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.unlink(missing_ok=True)
            path.rename(target)


def shell(root: Path) -> None:
    """Link busybox to the command names that scripts and users expect, where these do not exist."""
    names = "sh cat ls mkdir rm sleep id ps env true false wget nslookup ip vi kill"
    for name in names.split():
        place = root / "usr/bin" / name
        if not place.exists() and not place.is_symlink():
            place.symlink_to("busybox")


def applets(root: Path) -> None:
    """Link busybox to the tools that the command lines of faults use, where the root has no others of that name.

    Its shell is not used, because it prefers its own ``ip`` and ``ps`` over other commands of that name.
    """
    (root / "usr/bin/sh").unlink(missing_ok=True)
    (root / "usr/bin/sh").symlink_to("dash")
    names = (
        "awk basename cmp cp date dirname grep head mv nsenter sed sha256sum sort tail test timeout touch tr unshare"
    )
    for name in names.split():
        place = root / "usr/bin" / name
        if not place.exists() and not place.is_symlink():
            place.symlink_to("busybox")


def xtables(root: Path, folder: str = "usr/sbin", program: str = "xtables-nft-multi") -> None:
    """Create the command names of iptables in a folder, as update-alternatives would for installed packages.

    :param program: the program to which the names are linked
    """
    for family in ("iptables", "ip6tables"):
        for name in (family, f"{family}-save", f"{family}-restore"):
            (root / folder / name).unlink(missing_ok=True)
            (root / folder / name).symlink_to(program)


def slim(root: Path) -> None:
    """Remove what containers do not need: documentation, translations, package caches."""
    for folder in NOT_NEEDED:
        shutil.rmtree(root / folder, ignore_errors=True)


def _quieten(root: Path) -> None:
    """Remove from systemd what a node does not need: consoles, devices and timers of a real machine."""
    for wanted in ("lib/systemd/system/multi-user.target.wants", "etc/systemd/system/multi-user.target.wants",
                   "etc/systemd/system/timers.target.wants", "lib/systemd/system/timers.target.wants",
                   "etc/systemd/system/getty.target.wants", "lib/systemd/system/local-fs.target.wants"):  # fmt: skip
        for unit in (root / wanted).glob("*"):
            unit.unlink()
    for pattern in ("*udev*", "*initctl*"):
        for unit in (root / "lib/systemd/system/sockets.target.wants").glob(pattern):
            unit.unlink()
    (root / "etc/machine-id").write_text("", encoding="utf-8")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/hostname").unlink(missing_ok=True)
