"""Patients through time: one engine that carries one patient or ten thousand."""
