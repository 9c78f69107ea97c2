"""Models behind servers: the vendors, and any OpenAI-compatible endpoint."""
