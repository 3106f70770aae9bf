"""The panes of the live screen: one module each, made when it is first asked for."""
