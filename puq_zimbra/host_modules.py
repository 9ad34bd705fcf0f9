"""The PHP sides, as they are unpacked in a billing platform's folder.

What is unpacked are the platform's own files and copies of what we hold once: the bridge in
`hooks/bridge`, what the page loads and the licence. For WHMCS it is what the engine declares, too:
WHMCS asks for a module's settings and metrics when there may be no engine. A file of the module
says which version it is of.

Source: WHMCS developer documentation, "Configuration Options", "Usage Metrics"; FOSSBilling 0.7,
`library`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from puq_zimbra import __version__
from puq_zimbra.billing import whmcs

#: each platform's own files, by the folder of the platform in which its module lies
MODULES = {"whmcs": "modules/servers/puqzimbra", "fossbilling": "library/PuqZimbra"}
#: where a module looks for the bridge
BRIDGES = {"whmcs": "modules/servers/puqzimbra/bridge", "fossbilling": "library/PuqZimbra"}
#: FOSSBilling's product type, beside the server manager
_PRODUCT = "modules/Servicezimbra"
#: what FOSSBilling's staff see of it among the extensions
_MANIFEST = f"{_PRODUCT}/manifest.json"
#: a file that each platform has in its folder, by which it is known
KNOWN_BY = {"whmcs": ("init.php", "configuration.php"), "fossbilling": ("di.php", "load.php")}
#: settings of one machine, which may hold its secret
LEFT_OUT = "config.php"
#: which version a module is of, in its folder
VERSION = "VERSION"


def folder(name: str) -> Path:
    """A folder that travels in the wheel, or stands in the source beside the package."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def contents(platform: str) -> dict[str, bytes]:
    """Return the files of a package, by their path in the platform's folder."""
    own = folder("hooks") / platform
    files = {path.relative_to(own).as_posix(): path.read_bytes() for path in _files(own)}
    for path in _files(folder("hooks") / "bridge"):
        files[f"{BRIDGES[platform]}/{path.name}"] = path.read_bytes()
    if platform == "fossbilling":
        files |= _of_both_lines(files)
        files[_MANIFEST] = _with_our_version(files[_MANIFEST])
    module = MODULES[platform]
    files[f"{module}/LICENSE"] = _licence()
    files[f"{module}/{VERSION}"] = f"{__version__}\n".encode()
    if platform == "whmcs":
        text = json.dumps(whmcs.declared(), indent=2, ensure_ascii=False)
        files[f"{module}/declared.json"] = f"{text}\n".encode()
        for name in ("puqz.css", "puqz.js"):
            files[f"{module}/assets/{name}"] = (folder("templates") / name).read_bytes()
    return files


def _of_both_lines(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The product type's templates where 0.7 has them, what its page loads, and its version."""
    found = {
        path.replace(f"{_PRODUCT}/templates/", f"{_PRODUCT}/html_"): content
        for path, content in files.items()
        if path.startswith(f"{_PRODUCT}/templates/")
    }
    for name in ("puqz.css", "puqz.js"):
        found[f"{_PRODUCT}/assets/{name}"] = (folder("templates") / name).read_bytes()
    manifest = f"{_PRODUCT}/manifest.json"
    told = json.loads(files[manifest]) | {"version": __version__}
    found[manifest] = f"{json.dumps(told, indent=2, ensure_ascii=False)}\n".encode()
    return found


def _with_our_version(manifest: bytes) -> bytes:
    whole = {**json.loads(manifest), "version": __version__}
    return f"{json.dumps(whole, indent=2, ensure_ascii=False)}\n".encode()


def differing(platform: str, target: Path) -> Mapping[str, str]:
    """What differs in a platform's folder from this version: path -> missing, changed."""
    found = {}
    for name, content in contents(platform).items():
        path = target / name
        if not path.is_file():
            found[name] = "missing"
        elif path.read_bytes() != content:
            found[name] = "changed"
    return found


def installed_version(platform: str, target: Path) -> str | None:
    """The version of the module in a platform's folder; "" = it does not say, None = none."""
    module = target / MODULES[platform]
    if not module.is_dir():
        return None
    try:
        return (module / VERSION).read_text("utf-8").strip()
    except OSError:
        return ""


def _licence() -> bytes:
    source = Path(__file__).parents[1] / "LICENSE"
    if (folder("hooks")).parent == source.parent and source.is_file():
        return source.read_bytes()
    text = metadata.distribution("puq_zimbra").read_text("licenses/LICENSE")
    return (text or "").encode()


def _files(where: Path) -> list[Path]:
    found = (path for path in where.rglob("*") if path.is_file() and path.name != LEFT_OUT)
    return sorted(path for path in found if "__pycache__" not in path.parts)
