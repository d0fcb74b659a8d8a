"""The states of a replica (KIP-595, 996): what each remembers, and whom it would vote for."""
