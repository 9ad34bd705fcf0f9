"""The packages for the billing platforms: opened, listed, and each file read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import packages
from puq_zimbra import __version__, host_modules

from .whmcs.php import PHP

BRIDGE = ("Command", "Engine", "EngineError", "Http", "Settings", "Signature", "load")
PRODUCT = (
    "Api/Admin", "Api/Client", "Api/Guest", "ApiBase", "Calls", "Controller/Admin",
    "Controller/Client", "HandOver", "Line/Line", "Line/Line07", "Line/Line08", "Links", "Orders",
    "Service", "Sold",
)  # fmt: skip
TEMPLATES = (
    *(f"admin/mod_servicezimbra_{name}" for name in ("config", "index", "manage", "order")),
    *(f"client/mod_servicezimbra_{name}" for name in ("manage", "order_form", "page")),
    *(
        f"email/mod_servicezimbra_{name}"
        for name in ("activated", "canceled", "renewed", "suspended", "unsuspended")
    ),
)
#: what a platform, or a person who unpacks the package, looks for
FILES = {
    "whmcs": {
        "modules/servers/puqzimbra/LICENSE",
        "modules/servers/puqzimbra/VERSION",
        "modules/servers/puqzimbra/assets/puqz.css",
        "modules/servers/puqzimbra/assets/puqz.js",
        "modules/servers/puqzimbra/config.example.php",
        "modules/servers/puqzimbra/declared.json",
        "modules/servers/puqzimbra/hooks.php",
        "modules/servers/puqzimbra/logo.png",
        "modules/servers/puqzimbra/profile.php",
        "modules/servers/puqzimbra/puqzimbra.php",
        "modules/servers/puqzimbra/templates/clientarea.tpl",
        "modules/servers/puqzimbra/templates/overview.tpl",
        "modules/servers/puqzimbra/whmcs.json",
        *(f"modules/servers/puqzimbra/bridge/{name}.php" for name in BRIDGE),
    },
    "fossbilling": {
        "library/PuqZimbra/LICENSE",
        "library/PuqZimbra/VERSION",
        "library/PuqZimbra/Order.php",
        "library/Server/Manager/Puqzimbra.php",
        *(f"library/PuqZimbra/{name}.php" for name in BRIDGE),
        "modules/Servicezimbra/manifest.json",
        "modules/Servicezimbra/assets/puqz.css",
        "modules/Servicezimbra/assets/puqz.js",
        *(f"modules/Servicezimbra/{name}.php" for name in PRODUCT),
        # FOSSBilling 0.8 looks in the one folder, 0.7 in the other.
        *(
            f"modules/Servicezimbra/{folder}{name}.html.twig"
            for folder in ("templates/", "html_")
            for name in TEMPLATES
        ),
    },
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build both packages as `make packages` does, and unpack them."""
    built = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "deploy.packages", str(built)]
    done = subprocess.run(command, cwd=packages.ROOT, capture_output=True, text=True, check=True)
    folders = {}
    for line in done.stdout.splitlines():
        platform = Path(line).name.removeprefix("puqzimbra-").removesuffix(f"-{__version__}.zip")
        folders[platform] = built / platform
        with ZipFile(line) as package:
            package.extractall(folders[platform])
    return folders


@pytest.mark.parametrize("platform", FILES)
def test_a_package_holds_all_that_its_platform_needs(
    opened: dict[str, Path], platform: str
) -> None:
    """A provider unpacks it and copies nothing else."""
    held = {path.relative_to(opened[platform]).as_posix() for path in _files(opened[platform])}
    library = {name for name in held if name.startswith("modules/servers/puqzimbra/lib/")}

    assert held - library == FILES[platform]
    assert bool(library) == (platform == "whmcs")


@pytest.mark.parametrize("platform", FILES)
def test_php_reads_every_file_of_a_package(opened: dict[str, Path], platform: str) -> None:
    """A syntax error in a module takes its billing platform down."""
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")
    for path in opened[platform].rglob("*.php"):
        done = subprocess.run([PHP, "-l", path], capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("platform", FILES)
def test_a_class_stands_in_one_file_of_the_repository(platform: str) -> None:
    """Copies are made by the package alone, or one of them falls behind."""
    own = {path.name for path in (packages.HOOKS / platform).rglob("*")}

    assert not own & {f"{name}.php" for name in BRIDGE}
    assert not own & {"puqz.css", "declared.json"}


def test_a_machine_s_settings_stay_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config.php in the repository's folder may hold the secret of its owner's WHMCS."""
    hooks, real = tmp_path / "hooks", host_modules.folder
    module = hooks / "whmcs" / packages.MODULES["whmcs"]
    module.mkdir(parents=True)
    (module / "config.php").write_text("<?php return ['secret' => 'whsec_c2VjcmV0'];")
    (hooks / "bridge").mkdir()
    monkeypatch.setattr(host_modules, "folder", lambda n: hooks if n == "hooks" else real(n))

    assert b"whsec_c2VjcmV0" not in b"".join(packages.contents("whmcs").values())


def test_the_same_sources_give_the_same_package(tmp_path: Path) -> None:
    """Anybody can check a published package against the sources."""
    first, second = (tmp_path / name for name in ("first", "second"))
    for folder in (first, second):
        folder.mkdir()

    assert (
        packages.zipped("whmcs", first).read_bytes()
        == packages.zipped("whmcs", second).read_bytes()
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
