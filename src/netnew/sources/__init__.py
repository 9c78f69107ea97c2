"""Sources of candidates, each opened by its spec through `netnew.plugins`."""
