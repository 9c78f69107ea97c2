"""The HTTP server: three vendors' wire formats and our own, on one port."""
