"""The time ribbon: visits, drugs, events and what was measured, on one axis of days."""
