"""A scan that was once made: measured when its chest is imported, and made anew with what a visit shows."""
