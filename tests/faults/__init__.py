"""Faults in great number: what is killed, damaged, full, hostile or gone, and what comes of it."""
