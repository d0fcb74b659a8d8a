"""What clients do in the simulated world. Each is one loop until it is told to stop."""
