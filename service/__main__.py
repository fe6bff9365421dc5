"""`python -m service` is the `user-sync` command."""

from service.commands.main import cli

cli()
