"""What can go wrong with a seal. Every error is loud: none of them ever stands for a plain or an empty value."""

from __future__ import annotations


class SealError(Exception):
    """The family of all errors of this room."""


class SealBroken(SealError):
    """The content is not what was sealed here: altered, moved, cut short, or sealed under another key."""


class SealRefused(SealError):
    """The act would store something unsealed, or cannot be done with a sealed value."""


class PersonErased(SealError):
    """The person's key was destroyed, so nothing new can be sealed for them."""


class MasterKeyMissing(SealError):
    """A master key that is needed is not in the keyring, or the keyring is empty or malformed."""
