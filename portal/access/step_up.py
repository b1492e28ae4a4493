"""Prove again that it is you, unless you just did: before raw data leaves, before sharing, in emergencies."""

from allauth.account.decorators import reauthentication_required as step_up

__all__ = ["step_up"]
