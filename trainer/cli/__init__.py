"""Every command, headless."""
