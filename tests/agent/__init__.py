"""The agent, on real sockets of the loopback interface."""
