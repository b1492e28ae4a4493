"""Checks of what comes after a choice."""
