"""Tests of the losses: gradients against others, values by hand."""
