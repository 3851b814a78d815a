"""`make bench`: figures with the floor beside them, measured in the same run."""
