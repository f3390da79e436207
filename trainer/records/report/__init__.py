"""The report of a run: two pages to be handed in, as HTML or as a tagged PDF."""
