"""Outgoing connections: which addresses may be reached, and connecting to them."""
