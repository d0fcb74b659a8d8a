"""Connections, dispatch and the APIs: everything between a client's bytes and the cores."""
