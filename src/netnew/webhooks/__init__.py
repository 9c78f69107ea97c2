"""Telling other servers what happens to a run: signed, retried, logged."""
