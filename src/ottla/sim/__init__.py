"""The simulated world: loop, network, disk, faults, workloads, checkers. The node inside is the one that ships."""
