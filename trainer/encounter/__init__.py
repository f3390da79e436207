"""One learner and one patient: events, clock, orders, replay, modes and robot players."""
