"""One file per API; the folder listing is the registry."""
