"""The asyncio transport that drives `link`: connect, reconnect, one channel to one node."""
