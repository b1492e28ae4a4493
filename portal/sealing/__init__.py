"""Keeps what identifies or describes a person unreadable without that person's key; erasure destroys the key."""
