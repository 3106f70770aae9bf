"""Small pictures of the networks in training, for screens that have no torch."""
