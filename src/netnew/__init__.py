"""netnew finds every entity that matches a question, and proves each match."""

__version__ = "0.1.0"
