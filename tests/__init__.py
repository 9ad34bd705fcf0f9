"""Tests, edge to edge: a host's parameters in, its answer and the simulator's state out."""
