"""Puts the stages together: settings to each stage's options, and the running service."""
