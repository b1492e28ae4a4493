"""The care team's one list of work.

`rows` says what a kind and a row are; `reports`, `files` and `people` read the rooms below and make rows of what
waits there; `queue` puts them in order and lets somebody choose among them. For a new room below, its kinds and rows
get a file of their own here and are named in `queue`: no room below ever knows of this list.
"""
