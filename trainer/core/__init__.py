"""What everything rests on: simulated time, keyed chance, units, errors and where files lie."""
