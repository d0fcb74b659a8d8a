"""One partition's log: append and read plans, segments, indexes, producers, epochs, retention, compaction."""
