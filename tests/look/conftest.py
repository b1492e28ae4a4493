"""A real browser for the promises that only a browser can keep."""

from tests.browser import browser

__all__ = ["browser"]
