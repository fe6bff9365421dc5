"""One file for each target: what is run, side by side, and what comes out."""
