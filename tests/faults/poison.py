"""What the slow reading of these checks is told by."""

SECONDS = 3.0
POISON = "POISON"
STARTS = "starts"
