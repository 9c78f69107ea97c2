"""Our own endpoints under /netnew: what no wire format has."""
