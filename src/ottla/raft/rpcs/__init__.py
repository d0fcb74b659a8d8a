"""What replicas say to each other: one file per request, with its answer and what follows from that."""
