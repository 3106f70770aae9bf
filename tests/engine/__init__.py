"""Tests of the engine: values, not seconds."""
