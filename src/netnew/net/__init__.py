"""The way out: which addresses may be connected to at all, and the connecting itself."""
