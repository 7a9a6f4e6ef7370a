"""Upgrade a kind cluster of our own in place, and record what clients see meanwhile.

::

    check ── build ── run ──┬── control plane: images, kubeadm, drain, kubelet, uncordon ──┬── run ── comparison
                            └── each worker: drain, kubeadm, kubelet, uncordon             ┘
                    under probes from every node; each step is in the state file before and after it

An upgrade cannot be undone. Instead, the state of the cluster is known at any time, and the upgrade can be resumed from it:
every step is idempotent, and the state file records which steps are done (:mod:`kubeskeptic.upgrading.state`).
"""
