"""The terminal interface: Textual lives here, and only here."""
