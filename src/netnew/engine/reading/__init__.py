"""What a page is about."""
