"""`puq-zimbra store backup` and `restore`: database and key together, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.reply import Reply
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run
from puq_zimbra.store.tables import VERSION

from .conftest import Hook
from .test_operations import together

Command = Callable[..., Result]


@pytest.fixture
def run(config: Config, tmp_path: Path) -> Command:
    """Run `puq-zimbra store …` with the test's settings."""
    settings = tmp_path / "puq-zimbra.toml"
    settings.write_text(f'[store]\ndir = "{config.store.dir}"\n')

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(cli, ["--config", str(settings), "store", *map(str, arguments)])

    return call


@pytest.fixture
def sold(hook: Hook, runtime: Runtime) -> None:
    """A store with a service's history in it, closed as after every hook."""
    hook("create")
    hook("suspend")
    hook("usage")
    runtime.close()


def lines(config: Config) -> list[tuple[str, bool]]:
    """The audit trail: the event of each line, and whether it is as it was written."""
    store = Store.open(config)
    try:
        return [(line["event"], intact) for line, intact in store.trail.lines()]
    finally:
        store.close()


def failure(result: Result) -> str:
    """Why a command did nothing."""
    assert result.exception is not None
    return str(result.exception)


def tree(directory: Path) -> dict[str, str]:
    """Every file of a folder with its digest, but for locks and logs that come and go."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name in ("store.db", "key")
    }


@pytest.mark.usefixtures("sold")
def test_a_restored_store_is_the_one_that_was_backed_up(
    run: Command, config: Config, tmp_path: Path, hook: Hook, runtime: Runtime
) -> None:
    """On a new machine: the trail is intact, which takes the key, and work goes on."""
    archive = tmp_path / "backup.tar"
    made = run("backup", archive)
    config.store_directory().rename(tmp_path / "lost")
    restored = run("restore", archive)

    assert (made.exit_code, restored.exit_code) == (0, 0)
    assert lines(config) == [("create", True), ("suspend", True)]
    assert hook("unsuspend").value["code"] == "updated"
    runtime.close()
    assert [intact for _, intact in lines(config)] == [True] * 3


@pytest.mark.usefixtures("sold")
def test_a_backup_is_its_owners_alone_and_readable_with_tar(run: Command, tmp_path: Path) -> None:
    """It holds the key; and whoever finds it must be able to look into it."""
    (tmp_path / "folder").mkdir()
    summary = json.loads(run("backup", "--json", tmp_path / "folder").output)
    archive = Path(summary["backup"])
    names = subprocess.run(
        ["tar", "-tf", str(archive)], capture_output=True, text=True, check=True
    ).stdout.split()

    assert archive.parent == tmp_path / "folder"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert names == ["about.json", "key", "store.db"]
    assert summary["version"] == VERSION
    assert [path.name for path in (tmp_path / "folder").iterdir()] == [archive.name]


@pytest.mark.usefixtures("sold")
def test_a_backup_takes_no_other_ones_place(run: Command, tmp_path: Path) -> None:
    """A typing error must not cost the only good backup."""
    archive = tmp_path / "backup.tar"
    archive.write_text("the one of yesterday")
    result = run("backup", archive)

    assert "is there already" in failure(result)
    assert archive.read_text() == "the one of yesterday"
    assert list(tmp_path.glob("backup.tar.*")) == []


def test_a_backup_while_hooks_work_is_whole(run: Command, config: Config, tmp_path: Path) -> None:
    """Four writers go on meanwhile; every copy is a moment that there was."""
    stores = [Store.open(config) for _ in range(4)]

    def work(number: int) -> None:
        if number == 4:
            for count in range(5):
                assert run("backup", tmp_path / f"{count}.tar").exit_code == 0
            return
        for count in range(25):
            carry_out(stores[number], f"op-{number}-{count}", service_id=str(number))

    together(5, work)
    for store in stores:
        store.close()
    counts = []
    for number in range(5):
        assert run("restore", "--replace", tmp_path / f"{number}.tar").exit_code == 0
        trail = lines(config)
        assert all(intact for _, intact in trail)
        counts.append(len(trail))

    assert counts == sorted(counts)


def carry_out(store: Store, name: str, service_id: str = "42", *, is_open: bool = False) -> None:
    """An operation with one write; it ended, unless it is to be carried on."""
    intent = Intent(name, "crm.example", service_id, "suspend", None, "f")
    run = store.operations.begin(intent, 60)
    assert isinstance(run, Run)
    steps = store.operations.steps(run)
    steps.sending("ModifyDomain", "firma.example")
    steps.answered("done")
    store.operations.end(steps, Reply("updated", "It was done."), is_open=is_open)


@pytest.mark.usefixtures("sold")
def test_a_store_is_replaced_only_on_demand_and_kept(
    run: Command, config: Config, tmp_path: Path, hook: Hook, runtime: Runtime
) -> None:
    """Restoring the wrong backup must be possible to undo, by the command that is printed."""
    run("backup", tmp_path / "old.tar")
    hook("unsuspend")
    runtime.close()
    before = tree(config.store_directory())
    refused = run("restore", tmp_path / "old.tar")
    tried = run("restore", "--replace", "--dry-run", tmp_path / "old.tar")

    assert "--replace" in failure(refused)
    assert tried.exit_code == 0
    assert tree(config.store_directory()) == before
    done = json.loads(run("restore", "--replace", "--json", tmp_path / "old.tar").output)
    assert [event for event, _ in lines(config)] == ["create", "suspend"]
    assert run("restore", "--replace", done["kept"]).exit_code == 0
    assert lines(config) == [("create", True), ("suspend", True), ("unsuspend", True)]


@pytest.mark.usefixtures("sold")
def test_a_store_in_use_is_not_replaced(run: Command, config: Config, tmp_path: Path) -> None:
    """What a hook wrote into the old one afterwards would be lost."""
    run("backup", tmp_path / "old.tar")
    store = Store.open(config)
    refused = run("restore", "--replace", tmp_path / "old.tar")
    store.close()

    assert "is in use" in failure(refused)
    assert list(config.store_directory().glob("replaced-*")) == []
    assert run("restore", "--replace", tmp_path / "old.tar").exit_code == 0


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("lost", ["store.db", "key"])
def test_a_damaged_store_is_replaced_too(
    run: Command, config: Config, tmp_path: Path, lost: str
) -> None:
    """That is what backups are for; the pieces are kept as they are."""
    run("backup", tmp_path / "good.tar")
    (config.store_directory() / lost).write_bytes(b"damaged" * 1000)
    done = json.loads(run("restore", "--replace", "--json", tmp_path / "good.tar").output)

    assert [intact for _, intact in lines(config)] == [True, True]
    kept = Path(done["kept"])
    if lost == "store.db":
        assert (kept / lost).read_bytes() == b"damaged" * 1000
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("sold")
def test_a_used_store_without_its_key_is_refused(hook: Hook, config: Config) -> None:
    """A new key would make the whole trail look forged; a restore that broke off ends here too."""
    (config.store_directory() / "key").unlink()
    answer = hook("unsuspend")

    assert answer.value["code"] == "misconfigured"
    assert "put it back from a backup" in answer.value["message"]
    assert not (config.store_directory() / "key").exists()


def member(name: str, content: bytes, **changes: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A member of an archive."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in changes.items():
        setattr(info, key, value)
    return info, content


def write(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    """Make an archive, whatever its members claim to be."""
    blocks = [
        info.tobuf(tarfile.GNU_FORMAT) + content.ljust(-(-len(content) // 512) * 512, b"\0")
        for info, content in members
    ]
    path.write_bytes(b"".join(blocks) + bytes(1024))


def about(**members: bytes) -> bytes:
    """The first member of an archive that tells the truth of the others."""
    digests = {name.replace("_", "."): hashlib.sha256(c).hexdigest() for name, c in members.items()}
    kept = {"format": "puq_zimbra store 1", "program": "x", "made_at": "x", "version": VERSION}
    return json.dumps(kept | {"digests": digests}).encode()


def database(*statements: str) -> bytes:
    """A database made by hand."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table schema (version integer not null)")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return connection.serialize()


KEY = b"k" * 32
GOOD = database(f"insert into schema values ({VERSION})")
HEAD = member("about.json", about(key=KEY, store_db=GOOD))
DATABASE = member("store.db", GOOD)
TRIGGER = database(
    f"insert into schema values ({VERSION})",
    "create trigger t after insert on schema begin delete from schema; end",
)
HOSTILE: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = {
    "nothing": [],
    "no beginning": [member("key", KEY), DATABASE],
    "no database": [HEAD, member("key", KEY)],
    "a path upwards": [HEAD, member("../key", KEY), DATABASE],
    "a path from the root": [HEAD, member("/tmp/key", KEY), DATABASE],
    "something more": [HEAD, member("key", KEY), member("store.db", GOOD), member("x", b"")],
    "the key twice": [HEAD, member("key", KEY), member("key", KEY), DATABASE],
    "a link": [HEAD, member("key", KEY, type=tarfile.SYMTYPE, linkname="/etc/passwd"), DATABASE],
    "a hard link": [
        HEAD,
        member("key", KEY, type=tarfile.LNKTYPE, linkname="/etc/passwd"),
        DATABASE,
    ],
    "a device": [HEAD, member("key", KEY, type=tarfile.CHRTYPE), DATABASE],
    "a sparse file": [HEAD, member("key", KEY, type=tarfile.GNUTYPE_SPARSE), DATABASE],
    "a size that is not there": [HEAD, member("store.db", b"", size=2**40)],
    "a size below nothing": [HEAD, member("store.db", b"", size=-5)],
    "a large beginning": [member("about.json", b" " * 70_000)],
    "a beginning of another kind": [member("about.json", b"[1]"), member("key", KEY)],
    "a short key": [member("about.json", about(key=b"k", store_db=GOOD)), member("key", b"k")],
    "another database": [HEAD, member("key", KEY), member("store.db", GOOD[:-1] + b"x")],
    "a database that acts": [
        member("about.json", about(key=KEY, store_db=TRIGGER)),
        member("key", KEY),
        member("store.db", TRIGGER),
    ],
    "no database at all": [
        member("about.json", about(key=KEY, store_db=b"x" * 4096)),
        member("key", KEY),
        member("store.db", b"x" * 4096),
    ],
}


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_changes_nothing(
    run: Command, config: Config, tmp_path: Path, kind: str
) -> None:
    """It is checked from end to end before anything is touched."""
    path = tmp_path / "hostile.tar"
    write(path, HOSTILE[kind])
    before = tree(tmp_path)
    result = run("restore", "--replace", path)

    assert "is not a backup that can be used" in failure(result)
    assert tree(tmp_path) == before
    assert list(config.store_directory().glob(".restoring-*")) == []


@pytest.mark.usefixtures("sold")
def test_an_archive_cut_or_changed_anywhere_changes_nothing(
    run: Command, config: Config, tmp_path: Path
) -> None:
    """A full disk cuts, an old disk flips."""
    run("backup", tmp_path / "good.tar")
    good = (tmp_path / "good.tar").read_bytes()
    before = tree(config.store_directory())
    accepted = 0
    for place in range(0, len(good), len(good) // 23):
        for spoiled in (good[:place], good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]):
            (tmp_path / "bad.tar").write_bytes(spoiled)
            result = run("restore", "--replace", tmp_path / "bad.tar")
            if result.exit_code == 0:  # cut or changed where a block is only filled up
                accepted += 1
                assert lines(config) == [("create", True), ("suspend", True)]
                before = tree(config.store_directory())
            else:
                assert "backup that can be used" in failure(result)
                assert tree(config.store_directory()) == before

    assert accepted < 6


@pytest.mark.usefixtures("sold")
def test_a_backup_of_a_newer_program_is_refused(
    run: Command, config: Config, tmp_path: Path
) -> None:
    """Its tables would not be understood."""
    newer = database(f"insert into schema values ({VERSION + 1})")
    head = about(key=KEY, store_db=newer).replace(
        b'"version": %d' % VERSION, b'"version": %d' % (VERSION + 1)
    )
    path = tmp_path / "newer.tar"
    write(path, [member("about.json", head), member("key", KEY), member("store.db", newer)])
    before = tree(config.store_directory())
    result = run("restore", "--replace", path)

    assert "update puq_zimbra" in failure(result)
    assert tree(config.store_directory()) == before


def test_what_is_not_there_is_said(run: Command, config: Config, tmp_path: Path) -> None:
    """And no store is made by looking for one."""
    assert "There is no store" in failure(run("backup", tmp_path / "x.tar"))
    assert "There is no store" in failure(run("migrate"))
    assert "cannot be unpacked" in failure(run("restore", tmp_path / "x.tar"))
    assert not (config.store_directory() / "store.db").exists()


def test_the_archives_above_are_refused_for_what_they_hold(run: Command, tmp_path: Path) -> None:
    """Made the same way without anything hostile in it, an archive is taken."""
    write(tmp_path / "good.tar", [HEAD, member("key", KEY), DATABASE])

    assert run("restore", "--dry-run", tmp_path / "good.tar").exit_code == 0
