"""Readers of dump files: each gives the rows of one file, and names the rows it cannot read."""
