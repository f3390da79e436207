"""What must last: runs, results, review schedule and exports."""
