"""The demo: a sample history told through the real webhook."""
