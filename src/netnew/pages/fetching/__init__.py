"""Pages over HTTP and from a browser, politely."""
