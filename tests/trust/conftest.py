"""A browser and a small clinic for the promises that only a browser can keep."""

from tests.journeys.conftest import Town, browser, enter, town

__all__ = ["Town", "browser", "enter", "town"]
