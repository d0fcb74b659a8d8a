"""Leader and follower of one partition: high watermark, ISR, fetch sessions, waiting produces and fetches."""
