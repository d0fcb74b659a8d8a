"""What every replicated state machine shares: Decision, Later, timers, persistent maps."""
