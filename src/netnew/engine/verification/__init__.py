"""Evidence, verdicts and fields of candidates."""
