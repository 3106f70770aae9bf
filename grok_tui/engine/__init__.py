"""The trainer: torch lives here, and only here."""
