"""Golden documents, spoilt at random, against the sandbox: `python -m tests.fuzz --files 10000 --seed 1`."""
