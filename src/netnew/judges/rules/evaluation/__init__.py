"""Predicates decided on the facts of pages."""
