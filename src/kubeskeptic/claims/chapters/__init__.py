"""The post's claims: one module per chapter, as the suites have one folder per chapter. Each claim has one entry; the suites
refer to it by its id."""

from kubeskeptic.claims.chapters import (
    control_loops,
    dns,
    kube_proxy,
    limits,
    networking,
    outside,
    pods,
    services,
    workloads,
)

CLAIMS = tuple(
    claim
    for chapter in (
        control_loops,
        workloads,
        pods,
        services,
        dns,
        networking,
        kube_proxy,
        outside,
        limits,
    )
    for claim in chapter.CLAIMS
)
"""All of them, in the post's order."""
