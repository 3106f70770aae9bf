"""What `grok-tui bench` runs: the engine against a plain writing of the same training."""
