"""The demonstration clinic: people, one genome on its way through the house, and a local server."""
