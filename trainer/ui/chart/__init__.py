"""The chart: what was told and found, as a learner may know it today."""
