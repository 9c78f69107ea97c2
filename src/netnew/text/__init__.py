"""Dates, numbers, places and words as texts write them."""
