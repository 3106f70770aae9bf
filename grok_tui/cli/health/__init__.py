"""What `grok-tui doctor` looks at, a module a subject."""
