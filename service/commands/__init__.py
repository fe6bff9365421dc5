"""The command line, user-sync: a file a command."""
