"""Notifies other servers of what happens to a run: signed, retried, logged."""
