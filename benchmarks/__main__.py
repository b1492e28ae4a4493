"""`python3 manage.py benchmark [pdf] [page] [upload] [sealing]`: every figure beside its peer, from one run."""

from __future__ import annotations

import importlib
import sys

ALL = ("pdf", "page", "upload", "sealing")


def main(arguments: list[str]) -> int:
    unknown = [name for name in arguments if name not in ALL]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(ALL)}.")
        return 2
    for name in arguments or ALL:
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
