"""Time as the event loop knows it: the clock and one heap of deadlines."""
