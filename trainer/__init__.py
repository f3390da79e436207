"""Atoll, a trainer for organizing pneumonia: simulated patients, their serial CT, and how they were managed."""

__version__ = "0.1.0"
