"""Keeps an OpenSearch index equal to an Auth0 directory, from Auth0 Event Streams."""

__version__ = "0.1.0"
