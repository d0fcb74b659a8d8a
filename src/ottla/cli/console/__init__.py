"""What the console producer and consumer are made of."""
