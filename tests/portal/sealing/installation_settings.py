"""Settings of an installation made for one check: its own database, keys and folder, given by the environment."""

from portal.settings.base import VAR, env
from portal.settings.testing import *  # noqa: F403

SEALING_MASTER_KEYS = env.list("PORTAL_MASTER_KEYS", default=[])
SEALING_DESTROYED_REGISTER = VAR / "destroyed-keys"
SEALING_PLAIN_FOLDER = str(VAR / "plain")
