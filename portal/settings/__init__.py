"""Settings: `base` for all, `local` for one machine, `testing` for the checks, `production` for a clinic."""
