"""A run and its candidates as files: csv, xlsx, jsonl, json and md."""
