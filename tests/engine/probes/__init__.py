"""Probes: values worked out by hand, by another library, or in the reference tables."""
