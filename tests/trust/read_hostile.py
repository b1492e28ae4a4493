"""Run as a program: puts each file of a folder through the portal's own reading, each in a child with limits.

Prints one line of JSON per file: how it ended, the sentence, CPU seconds and the most memory held.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

MIB = 1 << 20
CPU_LIMIT, MEMORY_LIMIT = 20, 3 * 1024 * MIB
"""Outer limits, so that a file that is not refused cannot take the machine with it. The promise is far below."""


def outcome(path: Path) -> dict[str, str]:
    """As an upload and its job do it: recognise the content, then read the person's sample."""
    from portal.results import actions, interpreting
    from portal.results.jobs import JobRefused
    from portal.results.models import FileStatus, ResultFile

    file = ResultFile()
    actions._recognise_into(file, SimpleNamespace(plain=lambda: nullcontext(path)))
    if file.status == FileStatus.REFUSED:
        return {"end": "refused", "reason": file.reason, "sentence": file.explanation}
    try:
        interpreting._read(path, file.samples[0])
    except JobRefused as refusal:
        return {"end": "refused", "reason": refusal.reason, "sentence": refusal.explanation}
    return {"end": "read"}


def in_a_child(path: Path) -> dict[str, object]:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        try:
            said = outcome(path)
        except BaseException:
            said = {"end": "crashed", "sentence": traceback.format_exc()[-600:]}
        with os.fdopen(tell, "w") as stream:
            json.dump(said, stream)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as stream:
        said = stream.read()
    _, status, used = os.wait4(child, 0)
    found: dict[str, object] = json.loads(said) if said else {"end": f"killed ({status})", "sentence": ""}
    return found | {
        "file": path.name,
        "cpu": round(used.ru_utime + used.ru_stime, 2),
        "mib": used.ru_maxrss // 1024,
    }


def main(folder: Path) -> None:
    import django

    django.setup()
    from genomics.knowledge import load
    from portal.results import interpreting  # noqa: F401  (everything is there before the first child)

    load()
    for path in sorted(folder.iterdir()):
        print(json.dumps(in_a_child(path)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
