"""The harness's side of probing: what to ask, the agents that ask it from every node, and what they saw, into the journal."""
