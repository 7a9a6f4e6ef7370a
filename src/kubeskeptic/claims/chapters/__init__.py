"""The post's claims, one module for each chapter, as the suites have a folder for each. One entry each; the suites carry their
ids."""

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
