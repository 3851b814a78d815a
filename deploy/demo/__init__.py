"""The story of the demonstration, played against the running system from outside."""
