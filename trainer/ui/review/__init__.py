"""Review: cards that are due, asked in new patients."""
