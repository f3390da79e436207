"""Results over many cases: how sure they are, and pictures and numbers to take away."""
