"""Drawn parts that screens are made of."""
