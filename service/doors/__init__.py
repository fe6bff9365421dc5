"""What every door needs: comparing what a stranger shows with a secret, and telling of problems."""
