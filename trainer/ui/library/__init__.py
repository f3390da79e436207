"""The library: the cases, what the learner has played of them, and where a case is begun."""
