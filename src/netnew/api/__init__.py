"""The HTTP server: three wire formats of others, and our own extensions, on one port."""
