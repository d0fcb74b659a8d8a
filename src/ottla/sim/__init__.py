"""The simulated world around the node that ships: loop, network, disk, workloads, checkers."""
