"""The panel in which a step is thought through: read, differential, evidence, orders, next visit."""
