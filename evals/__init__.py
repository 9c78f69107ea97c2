"""The suite that measures the product: a web with known answers, a run against it, a grade."""
