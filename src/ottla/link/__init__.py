"""The calling side of the wire, sans-IO: connection, versions, and what clients do with them."""
