"""From the words of a condition to a predicate."""
