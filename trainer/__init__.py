"""Atoll, a trainer for organizing pneumonia: simulated patients, their serial CT, and how they were managed."""

import os

# OpenMP's threads wait by spinning unless told otherwise: beside any other busy program that costs seconds a second.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.4.0"
