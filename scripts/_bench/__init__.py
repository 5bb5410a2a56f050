"""What `scripts/bench` measures, and how: figures, the contestants of each, and the rounds they run in.

To add a figure, write a function with `@figure` in one of the modules of `_bench.all_figures`: it takes the
`Stand` and returns its contestants, each a callable that runs once and answers with a `Lap`.
"""
