"""The public door: Auth0's webhook, answered as soon as its events are durable."""
