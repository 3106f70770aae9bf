"""What all sides agree on: configuration, presets, events, the run directory, control."""
