"""Self-assessment: a set of cases under exam conditions, and what it came to."""
