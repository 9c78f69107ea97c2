"""Words and values that mean the same."""
