"""The code that runs in the agent pod: probes that ask, and a workload that answers.

Nothing here imports pytest, the Kubernetes client, or any other part of kubeskeptic.
"""
