"""Faults of the network: nodes or pods cut off from each other, packets lost, bandwidth limited, packets delayed."""
