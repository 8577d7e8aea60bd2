"""Documents of our own making that cover what readers promise, and what has to come out of each."""
