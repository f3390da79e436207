"""The chest of one person at rest in full inspiration, before any disease and any scanner."""
