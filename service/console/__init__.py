"""The console: a page for support people and operators, over the service's own APIs."""
