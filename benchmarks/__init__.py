"""How fast it is, as ratios against a named peer measured in the same run. `python -m benchmarks` runs all."""
