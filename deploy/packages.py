"""Build the packages that are unpacked in a billing platform's folder: `make packages`.

`python deploy/packages.py [FOLDER]` writes `puqzimbra-PLATFORM-VERSION.zip` for each platform, with
what `puq_zimbra.host_modules` lists. `puq-zimbra host install` unpacks the same without a zip file.

Source: PKWARE's APPNOTE (one date and mode for every file: the same sources give the same bytes).
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from puq_zimbra import __version__
from puq_zimbra.host_modules import BRIDGES, LEFT_OUT, MODULES, contents

__all__ = ["BRIDGES", "HOOKS", "LEFT_OUT", "MODULES", "ROOT", "contents", "unpacked", "zipped"]

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / "hooks"


def unpacked(platform: str, folder: Path) -> None:
    """Write the files of a package into the platform's folder."""
    for name, content in contents(platform).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def zipped(platform: str, folder: Path) -> Path:
    """Write a package as a zip file, and return its path."""
    path = folder / f"puqzimbra-{platform}-{__version__}.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in sorted(contents(platform).items()):
            # A fixed date: the same sources give the same file.
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            package.writestr(entry, content)
    return path


def main() -> None:
    """Write the packages into the named folder, `dist` without one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    for platform in MODULES:
        sys.stdout.write(f"{zipped(platform, folder)}\n")


if __name__ == "__main__":
    main()
