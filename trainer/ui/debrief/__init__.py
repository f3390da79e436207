"""What a run has to teach, on the screen."""
