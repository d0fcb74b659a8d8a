"""The simulated world: loop, network, disk, faults, workloads, checkers; the node inside is the one that ships."""
