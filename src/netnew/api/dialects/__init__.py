"""The wire formats of others, a folder each."""
