"""From a question to a plan: conditions, queries, fields, expected cost."""
