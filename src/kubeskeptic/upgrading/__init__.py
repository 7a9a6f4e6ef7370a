"""Upgrading a kind cluster of ours in place, and seeing what clients see meanwhile.

::

    check ── build ── run ──┬── control plane: images, kubeadm, drain, kubelet, uncordon ──┬── run ── comparison
                            └── each worker: drain, kubeadm, kubelet, uncordon             ┘
                    under probes from every node; each step is in the state file before and after it

An upgrade cannot be undone. What can be done is to know at any time what state the cluster is in, and to go on from there:
every step is idempotent, and the state file says which were done (:mod:`kubeskeptic.upgrading.state`).
"""
