"""What a node costs, measured from outside: `make bench`."""
