"""The straightforward alternative: what one would write in an afternoon."""
