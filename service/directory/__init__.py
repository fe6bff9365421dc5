"""The directory itself, asked through Auth0's Management API."""
