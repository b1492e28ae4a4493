"""Copies of the whole installation, encrypted, and the way back from one."""
