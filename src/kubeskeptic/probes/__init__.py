"""The harness's side of probing: what to ask, the agents that ask it from every node, and their samples in the journal."""
