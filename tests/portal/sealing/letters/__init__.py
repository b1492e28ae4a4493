"""An app for the checks only: rows with sealed fields, of every kind and shape the portal uses."""
