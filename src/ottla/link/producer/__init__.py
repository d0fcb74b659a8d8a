"""The producer's core: which partition, which batch, when it goes out, and what an answer means."""
