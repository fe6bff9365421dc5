"""The physical limits: what the parts can do when nothing is asked of them but that."""
