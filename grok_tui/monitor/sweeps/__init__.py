"""Sweeps: one preset at many settings; what is to be run, how far it is, what came of it."""
