"""Processor time: who is charged for it, and how work is kept off the event loop."""
