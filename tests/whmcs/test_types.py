"""The seventeen checks of WHMCS's sample suite, by its contract: each function's type.

With the engine up and with it down, for an empty parameter set and for a service's.

Source: WHMCS developer documentation, "Supported Functions"; which functions are looked at, and
with what, is known from the public repository WHMCS/sample-provisioning-module.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ..conftest import Params
from .conftest import Start
from .door import SECRET
from .php import Module

#: what WHMCS's own suite looks at: PHP's name of the type, where the module offers the function
SAMPLE = {
    "ConfigOptions": "array",
    "MetaData": "array",
    "CreateAccount": "string",
    "SuspendAccount": "string",
    "UnsuspendAccount": "string",
    "TerminateAccount": "string",
    "ChangePassword": "string",
    "ChangePackage": "string",
    "TestConnection": "array",
    "AdminCustomButtonArray": "array",
    "ClientAreaCustomButtonArray": "array",
    "AdminServicesTabFields": "array",
    "AdminServicesTabFieldsSave": "null",
    "ServiceSingleSignOn": "array",
    "AdminSingleSignOn": "array",
    "ClientArea": "array",
}
#: what it does not know, and ours offers
OTHERS = {
    "Renew": "string",
    "UsageUpdate": "null",
    "ListAccounts": "array",
    "AdminLink": "string",
    "LoginLink": "string",
    "ClientAreaAllowedFunctions": "array",
    "client_action": "string",
    "Check": "string",
    "Repair": "string",
    "Restore": "string",
    "TakeOver": "string",
    "MetricProvider metrics": "array",
    "MetricProvider usage": "array",
    "CustomActions": "WHMCS\\Module\\Server\\CustomActionCollection",
}
#: a mutation for which a page has no use, so WHMCS must not offer it
NOT_OFFERED = {"ClientAreaCustomButtonArray", "AdminServicesTabFieldsSave"}
ENGINES = ("up", "down", "no server")


@pytest.fixture(params=ENGINES)
def case(request: Any, start: Start, whmcs_params: Params, settings: str, tmp_path: Any) -> Any:
    """The module, and the parameters, by how it stands with the engine."""
    if request.param == "up":
        return request.getfixturevalue("over_service"), {}
    if request.param == "down":
        lines = f"secret={SECRET}\nengine=unix:{tmp_path}/none.sock\n"
        return start(), {**whmcs_params, "serveraccesshash": lines}
    return start(), {}


def test_the_settings_exist(start: Start) -> None:
    """The one function that WHMCS cannot do without."""
    assert start().call("ConfigOptions", {}).type == "array"


def test_every_function_returns_its_type(case: tuple[Module, Params]) -> None:
    """An exception or another type breaks WHMCS's own page."""
    module, params = case
    for function, type_ in {**SAMPLE, **OTHERS}.items():
        told = module.call(function, params)
        if function in NOT_OFFERED:
            assert "undefined function" in told.thrown
            continue
        assert (function, told.type, told.thrown) == (function, type_, "")
        assert told.value != "success"


@pytest.mark.parametrize(
    "function",
    [
        name
        for name, type_ in {**SAMPLE, **OTHERS}.items()
        if type_ == "string" and "Link" not in name
    ],
)
def test_a_failure_is_a_sentence(start: Start, whmcs_params: Params, function: str) -> None:
    """WHMCS shows it as it is."""
    told = start().call(
        function, whmcs_params | {"serveraccesshash": f"secret={SECRET}\nengine=unix:/x"}
    )

    assert told.value[0].isupper()
    assert told.value.endswith((".", "?"))


def test_the_loader_throws_what_whmcs_shows(start: Start, whmcs_params: Params) -> None:
    """An empty list would look like a server without classes of service."""
    told = start().call("LoadClassesOfService", whmcs_params)

    assert told.type.endswith("EngineError")
    assert "No secret is set" in told.thrown


def test_the_loader_lists_what_zimbra_has(over_service: Module, whmcs_params: Params) -> None:
    """With the server's default as the first."""
    told = over_service.call("LoadClassesOfService", whmcs_params)

    assert next(iter(told.value)) == ""
    assert {"business", "starter"} <= set(told.value)


def test_a_third_language_over_the_door(over_service: Module, whmcs_params: Params) -> None:
    """German pages, plurals and settings; what PHP says by itself is declared in every language."""
    german = {**whmcs_params, "clientsdetails": {"language": "german"}}
    assert over_service.call("CreateAccount", german).value == "success"
    page = over_service.call("ClientArea", german).value["templateVariables"]["puqFragment"]
    fields = over_service.call("ConfigOptions", {}, stub={"language": "german"}).value
    module = over_service.folder
    said = [path.read_text() for path in (*module.glob("*.php"), *module.glob("lib/*.php"))]
    sentences = re.findall(r"Language::say\w*\([^']*'([^']+)'\)", "".join(said))
    declared = json.loads((module / "declared.json").read_text())["languages"]

    assert 'lang="de"' in page
    assert "Ihr Tarif umfasst 25 Postfächer und 50\xa0GB Speicherplatz." in page
    assert fields["Self-service"]["Description"].startswith("Was der Kunde auf seiner Seite darf:")
    assert len(sentences) >= 4
    assert [one for one in sentences if one not in declared["de"]["sentences"]] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("polish", "Serwer poczty w tej chwili nie odpowiada; spróbuj później."),
        ("german", "Der Mailserver antwortet gerade nicht; versuchen Sie es bitte später erneut."),
    ],
)
def test_with_the_engine_down_the_customer_reads_no_address(
    start: Start, whmcs_params: Params, language: str, sentence: str
) -> None:
    """Where the engine listens is the provider's business; WHMCS shows these to customers."""
    module = start()
    whmcs_params["serveraccesshash"] = f"secret={SECRET}\nengine=unix:/run/none.sock"
    whmcs_params["clientsdetails"] = {"language": language}
    page = module.call("ClientArea", whmcs_params).value["templateVariables"]["puqFragment"]
    texts = [
        page,
        module.call("ChangePassword", whmcs_params).value,
        module.call("ServiceSingleSignOn", whmcs_params).value["errorMsg"],
        module.call("client_action", whmcs_params, method="POST").value,
    ]

    for text in texts:
        assert sentence in text
        assert "none.sock" not in text
