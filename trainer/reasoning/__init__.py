"""What could be known and what it was worth: ideal observer, value of actions, image reading, the score."""
