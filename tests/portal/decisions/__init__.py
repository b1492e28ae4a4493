"""Checks of the room where people decide."""
