"""Deciding together: what there is to choose, what matters to the person, what was chosen and why."""
