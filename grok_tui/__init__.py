"""grok-tui: see grokking happen, and find out what removes the delay."""

__version__ = "0.1.0"
