"""The admin API of the private door: see the sync, mend dead letters. Off without a credential.

Promise: every act is logged with who did it and what, never with a user's data.
"""
