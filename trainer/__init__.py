"""Atoll, a trainer for organizing pneumonia: simulated patients, their serial CT, and how they were managed."""

import os

# OpenMP's threads wait by spinning unless told otherwise: beside any other busy program that costs seconds a second.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Atoll keeps its compiled kernels itself: see trainer.core.compilation. The others are numba's own.
os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = (
    "trainer.core.compilation.KernelLocator,UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator,"
    "IPythonCacheLocator,ZipCacheLocator"
)

__version__ = "0.4.0"
