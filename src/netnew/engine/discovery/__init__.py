"""Rounds of searches, links and lists that bring candidates."""
