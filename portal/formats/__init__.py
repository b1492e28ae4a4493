"""How dates and numbers are written, per language: the month always in words, so that no date is read wrongly."""
