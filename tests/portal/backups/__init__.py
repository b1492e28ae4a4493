"""Checks of backups."""
