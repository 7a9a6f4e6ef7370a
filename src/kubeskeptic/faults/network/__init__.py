"""Faults of the network: nodes or pods cut off from each other, packets dropped or delayed, bandwidth limited."""
