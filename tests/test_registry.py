"""A hook and a host are each declared in one file; everything else follows from it."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from puq_zimbra import billing, hooks, registry
from puq_zimbra.errors import Misconfigured

from .conftest import Params
from .http.serving import Caller, Service, a_secret
from .processes import COMMAND

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path.stem for path in ROOT.glob("hooks/[!_]*.py"))

HOOK = '''
    """Greet: a hook of the tests."""

    from __future__ import annotations

    from puq_zimbra.engine.runtime import Runtime
    from puq_zimbra.registry.hook import PACKAGE, SERVICE, Hook
    from puq_zimbra.reply import Reply
    from puq_zimbra.request import Request

    HOOK = Hook(needs=SERVICE, writes=True, aspects={PACKAGE}, whmcs=("Greet",))


    def run(request: Request, runtime: Runtime) -> Reply:
        """Greet the service."""
        return Reply("unchanged", "Greetings to %(name)s.", {"name": request.shown_name})
'''
HOST = '''
    """The host ``toy``: flat words."""

    from __future__ import annotations

    from collections.abc import Mapping
    from typing import Any

    from puq_zimbra.billing import plain
    from puq_zimbra.config import WhmcsSettings
    from puq_zimbra.registry.hook import Hook
    from puq_zimbra.registry.host import Host
    from puq_zimbra.reply import Reply
    from puq_zimbra.request import Request


    def read(name: str, hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> Request:
        """The request."""
        service = {"id": params["order"], "domain": params["mail_for"]}
        if "service.admin.password" in hook.needs:
            service["admin"] = {"password": params["secret"]}
        given = {"installation": "toy.example", "server": params["zimbra"], "service": service}
        return plain.validate(given)


    def answer(name: str, reply: Reply, message: str, reference: str) -> Any:
        """The answer."""
        return {"event": name, "done": reply.ok, "says": message}


    HOST = Host(
        read=read, answer=answer, locale=lambda params: "en", host_port=lambda params: ""
    )
'''


def write(folder: Path, name: str, text: str) -> None:
    """Write a module of the tests."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook ``greet`` and a host ``toy``, for the processes that a test starts."""
    write(tmp_path / "toy_hooks", "greet", HOOK)
    write(tmp_path / "toy_hosts", "toy", HOST)
    (tmp_path / "sitecustomize.py").write_text(
        "import puq_zimbra.billing, puq_zimbra.hooks\n"
        f"puq_zimbra.hooks.__path__.append({str(tmp_path / 'toy_hooks')!r})\n"
        f"puq_zimbra.billing.__path__.append({str(tmp_path / 'toy_hosts')!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def run(settings: str, *arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [str(COMMAND), "--config", settings, *arguments]
    text = json.dumps(given) if given is not None else ""
    return subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=60
    )


def in_toy_words(params: Params) -> Params:
    """An order as the host ``toy`` writes it."""
    return {"order": "7", "mail_for": "toy.example", "secret": "First-Pass-1"} | {
        "zimbra": params["server"]
    }


@pytest.mark.usefixtures("toys")
def test_a_new_host_and_a_new_hook_work_on_the_command_line(params: Params, settings: str) -> None:
    """A file is all that a host or an event takes, also of WHMCS and as an operation."""
    order = in_toy_words(params)
    made = run(settings, "hook", "toy", "create", given=order)
    greeted = run(settings, "hook", "toy", "greet", given=order)
    unknown = run(settings, "hook", "toy", "explode", given=order)
    run(settings, "hook", "plain", "create", given=params)
    plain = run(settings, "hook", "plain", "greet", given=params)
    audit = [json.loads(line) for line in run(settings, "audit", "--json").stdout.splitlines()]

    assert (made.returncode, json.loads(made.stdout)["done"]) == (0, True)
    assert json.loads(greeted.stdout)["says"] == "Greetings to toy.example."
    assert unknown.returncode == 64
    assert "greet" in unknown.stderr
    assert json.loads(plain.stdout)["message"] == "Greetings to firma.example."
    assert [line["event"] for line in audit] == ["create", "greet", "create", "greet"]


@pytest.mark.usefixtures("toys")
def test_a_new_hook_has_its_name_on_whmcs(whmcs_params: Params, settings: str) -> None:
    """A module function is named beside the hook, and gets what WHMCS wants to hear."""
    done = run(settings, "hook", "whmcs", "Greet", given=whmcs_params)

    assert (done.returncode, json.loads(done.stdout)) == (0, "success")


@pytest.mark.usefixtures("toys")
def test_a_new_host_and_a_new_hook_work_over_http(params: Params, settings: str) -> None:
    """And stand in the document that the service gives of itself."""
    secret = a_secret()
    file = Path(settings).with_name("secret")
    file.write_text(secret)
    file.chmod(0o600)
    http = f'[http]\nlisten = "127.0.0.1:0"\nsecret_file = "{file}"\n'
    Path(settings).write_text(Path(settings).read_text() + http)
    with Service(settings) as service:
        caller = Caller(service.address, secret)
        made = caller.call("create", in_toy_words(params), host="toy")
        greeted = caller.call("greet", in_toy_words(params), host="toy")
        document = caller.get("/openapi.json").value

    assert (made.status, made.value["done"]) == (201, True)
    assert greeted.value["says"] == "Greetings to toy.example."
    for host in ("toy", "plain"):
        (event, *_) = document["paths"][f"/v1/hook/{host}/{{event}}"]["post"]["parameters"]
        assert "greet" in event["schema"]["enum"]


@pytest.mark.usefixtures("toys")
def test_a_new_hook_is_described(settings: str) -> None:
    """`describe` is what a host's programmer reads."""
    told = json.loads(run(settings, "hook", "plain", "describe").stdout)["data"]

    assert told["events"]["greet"] == [
        "installation",
        "server",
        "service",
        "service.domain",
    ]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("", "it has no HOOK"),
        ("HOOK = Hook()", "needs"),
        ('HOOK = Hook(needs="service")', "needs must be a tuple of texts"),
        ('HOOK = Hook(needs=("servise",))', "needs holds servise, which no request has"),
        ("HOOK = Hook(needs=SERVICE, writes=True)", "aspects must be given"),
        ("HOOK = Hook(needs=SERVICE, aspects={PACKAGE})", "aspects must be given"),
        ("HOOK = Hook(needs=SERVICE, ends_service=True)", "ends_service is for a hook that writes"),
        ('HOOK = Hook(needs=SERVICE, audience="all")', "audience holds all"),
        ('HOOK = Hook(needs=SERVICE, wait="week")', "wait holds week"),
        ('HOOK = Hook(needs=SERVICE, plan={"half"})', "plan holds half"),
        ('HOOK = Hook(needs=SERVICE, whmcs="Greet")', "whmcs must be a tuple of texts"),
        ("HOOK = Hook(needs=SERVICE, colour=1)", "colour"),
        ("HOOK = Hook(needs=MINE)", "MINE"),
    ],
)
def test_a_wrong_declaration_names_its_file_and_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, problem: str
) -> None:
    """Whoever writes a hook must not have to read the registry."""
    declared = re.search(r"    HOOK = .*", HOOK)
    assert declared is not None
    write(tmp_path / "toys", "broken", HOOK.replace(declared[0], f"    {wrong}"))
    monkeypatch.setattr(hooks, "__path__", [*hooks.__path__, str(tmp_path / "toys")])

    with pytest.raises(Misconfigured, match=rf"^hooks/broken\.py .*{problem}"):
        registry.hook_of("broken")


def test_a_hook_without_its_function_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A declaration that nothing carries out would be found only by a customer."""
    write(tmp_path / "toys", "idle", HOOK.replace("def run(", "def go("))
    monkeypatch.setattr(hooks, "__path__", [*hooks.__path__, str(tmp_path / "toys")])

    with pytest.raises(Misconfigured, match=r"^hooks/idle\.py .*no function run"):
        registry.hook_of("idle")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("read=read, ", "", "read"),
        ("answer=answer", "answers=answer", "answers"),
        ("HOST = Host(", "HOST = dict(", "HOST is no Host"),
    ],
)
def test_a_wrong_host_names_its_file_and_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, problem: str
) -> None:
    """The same for a host."""
    name = f"broken_{len(problem)}"
    write(tmp_path / "toys", name, HOST.replace(old, new))
    monkeypatch.setattr(billing, "__path__", [*billing.__path__, str(tmp_path / "toys")])

    with pytest.raises(Misconfigured, match=rf"^billing/{name}\.py .*{problem}"):
        registry.host_of(name)


@pytest.mark.parametrize("event", SOURCES)
def test_a_declaration_reads_the_same_from_its_source(event: str) -> None:
    """The registry reads the text; what Python makes of the file must not be another thing."""
    assert registry.hook_of(event) == importlib.import_module(f"puq_zimbra.hooks.{event}").HOOK


def test_no_two_hooks_have_the_same_name_on_a_host() -> None:
    """The later one would never be called."""
    names = [name for hook in registry.hooks().values() for name in hook.whmcs]

    assert len(names) == len(set(names))


def cells() -> dict[str, str]:
    """The docs' table of hooks: our name -> WHMCS's function names as they stand there."""
    table = (ROOT / "docs" / "hooks.md").read_text("utf-8").partition("## Hooks\n")[2]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", table.partition("| code |")[0], re.MULTILINE)
    return dict(rows)


def test_the_docs_have_every_event() -> None:
    """The table is where a host's programmer begins."""
    public = {event: hook for event, hook in registry.hooks().items() if hook.public}

    assert set(cells()) == set(public)
    for event, cell in cells().items():
        assert set(public[event].whmcs) <= set(re.findall(r"\w+", cell))


def test_a_create_imports_no_other_room(params: Params, settings: str) -> None:
    """A process lives for one hook, and its start is what the host waits for."""
    script = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        "from puq_zimbra.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--config", settings, "hook", "plain", "create"],
        input=json.dumps(params), capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {name for name in done.stderr.split() if name.startswith("puq_zimbra.")}

    ran = {name.split(".")[2] for name in loaded if name.startswith("puq_zimbra.hooks.")}
    assert ran & set(SOURCES) == {"create"}
    assert not {name for name in loaded if name.split(".")[1] in ("usage", "clientarea", "http")}
