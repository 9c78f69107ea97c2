"""Where candidates come from: a file a source, each opened by its spec through `netnew.plugins`."""
