"""Processor time: who pays for it, and how work is kept off the event loop."""
