"""The command line, and runs without the TUI. Each command imports what it needs when it runs."""

from grok_tui.cli.start import main

__all__ = ["main"]
