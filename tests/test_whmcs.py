"""The host ``whmcs``: what each of its functions returns, also for an empty parameter set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra import registry
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Params


def test_a_life_in_whmcs_words(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """Each of the core functions answers the literal success, and repeats it."""
    for event in (
        "CreateAccount", "CreateAccount", "SuspendAccount", "SuspendAccount", "UnsuspendAccount",
        "ChangePackage", "ChangePassword", "Renew", "TerminateAccount", "TerminateAccount",
    ):  # fmt: skip
        assert dispatch("whmcs", event, whmcs_params, runtime).value == "success"

    assert simulator.domain("firma.example") is None


def test_the_buttons_of_the_administrator(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Check names what differs, Repair mends it, Restore has nothing to do."""

    def press(event: str) -> Any:
        return dispatch("whmcs", event, whmcs_params, runtime).value

    press("CreateAccount")
    assert press("Check") == "success"

    domain = simulator.domain("firma.example")
    assert domain is not None
    zimbra.modify_domain(domain.id, {"zimbraDomainMaxAccounts": "3"})
    assert "limits (firma.example)" in press("Check")
    assert [press("Repair"), press("Check"), press("Restore")] == ["success"] * 3


def test_the_button_take_over_sells_a_zimbra_with_its_domains(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """Create alone stops at them and names the button; afterwards it finds what it wants."""
    simulator.create_domain("dawna.example")
    whmcs_params["configoption1"] = "server"

    def press(event: str) -> Any:
        return dispatch("whmcs", event, whmcs_params, runtime).value

    refused = press("CreateAccount")
    assert "dawna.example" in refused
    assert "Take over" in refused
    assert [press("TakeOver"), press("CreateAccount")] == ["success", "success"]


@pytest.mark.parametrize(
    ("before", "words"),
    [("SuspendAccount", "unsuspend it"), ("TerminateAccount", "restore it"), (None, "open it")],
)
def test_create_is_no_success_for_a_service_that_is_shut(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator, before: str | None, words: str
) -> None:
    """Upon success WHMCS would show it as Active while nobody can log in."""

    def press(event: str) -> Any:
        return dispatch("whmcs", event, whmcs_params, runtime).value

    assert [press("CreateAccount"), press("CreateAccount")] == ["success", "success"]
    if before is None:
        simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    else:
        whmcs_params |= {"configoption10": "keep"} if before == "TerminateAccount" else {}
        assert press(before) == "success"

    assert words in press("CreateAccount")


def test_the_reason_that_whmcs_gives_reaches_the_customer(
    whmcs_params: Params, runtime: Runtime
) -> None:
    """In the page and instead of the link, also in calls that do not bring it again."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    reason = {"suspendreason": "Overdue on\n Payment"}
    dispatch("whmcs", "SuspendAccount", whmcs_params | reason, runtime)
    page = dispatch("whmcs", "ClientArea", whmcs_params, runtime).value
    refused = dispatch("whmcs", "ServiceSingleSignOn", whmcs_params, runtime).value

    assert "Overdue on Payment" in page["templateVariables"]["puqFragment"]
    assert "(Overdue on Payment)" in refused["errorMsg"]


def test_the_product_settings_offer_the_classes_of_service(
    whmcs_params: Params, runtime: Runtime
) -> None:
    """WHMCS's loader wants value and label; its error is a sentence."""
    answer = dispatch("whmcs", "LoadClassesOfService", whmcs_params, runtime).value
    assert answer["success"]
    assert answer["options"].items() >= {"business": "business", "starter": "starter"}.items()

    whmcs_params["serverpassword"] = "wrong"
    answer = dispatch("whmcs", "LoadClassesOfService", whmcs_params, runtime).value
    assert not answer["success"]
    assert "password" in answer["error"]


@pytest.mark.parametrize("host", ["whmcs", "plain"])
def test_a_call_for_another_event_is_refused(
    host: str, whmcs_params: Params, params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """What a signature covers says what it is for."""
    given = params | {"event": "suspend"}
    event = "terminate"
    if host == "whmcs":
        event = "TerminateAccount"
        given = whmcs_params | {"_puq": {"installation": "crm.example", "event": "Renew"}}
    answer = dispatch(host, event, given, runtime)

    assert answer.code == "invalid"
    assert simulator.log == []


def test_usage_rows_are_whole_megabytes(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """tblhosting holds megabytes; a started one counts."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    simulator.add_mail("admin@firma.example", 3 * 2**20 + 1)
    rows = dispatch("whmcs", "UsageUpdate", whmcs_params, runtime).value

    assert [(row["service_id"], row["domain"]) for row in rows] == [("42", "firma.example")]
    assert (rows[0]["disk_used_mb"], rows[0]["disk_limit_mb"]) == (4, 51200)
    assert rows[0]["complete"] is True


def test_a_quota_beyond_whmcs_columns_is_the_most_that_they_hold(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """All rows are written or none: one customer's quota must not keep the others' figures away."""
    unlimited = whmcs_params | {"configoption4": "", "configoption5": ""}
    dispatch("whmcs", "CreateAccount", unlimited, runtime)
    attrs = simulator.account("admin@firma.example").attrs
    attrs["zimbraMailQuota"] = [str(2**63 - 1)]
    rows = dispatch("whmcs", "UsageUpdate", unlimited, runtime).value

    assert rows[0]["disk_limit_mb"] == 2**31 - 1


def test_functions_return_what_whmcs_expects(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """A wrong type breaks WHMCS's own page."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)

    def value(event: str) -> Any:
        return dispatch("whmcs", event, whmcs_params, runtime).value

    assert value("TestConnection") == {"success": True, "error": ""}
    assert value("ServiceSingleSignOn")["success"] is True
    assert value("ServiceSingleSignOn")["redirectTo"].startswith("https://")
    assert value("AdminSingleSignOn")["redirectTo"].endswith("/zimbraAdmin/")
    assert value("ListAccounts")["accounts"][0]["uniqueIdentifier"] == "firma.example"
    assert "puqz" in value("ClientArea")["templateVariables"]["puqFragment"]
    assert list(value("MetricProvider")["usage"]) == ["firma.example"]
    assert "Zimbra" not in value("AdminServicesTabFields")
    assert value("MetaData")["RequiresServer"] is True
    assert len(value("ConfigOptions")) == 15


EMPTY = {
    "TestConnection": dict, "ServiceSingleSignOn": dict, "AdminSingleSignOn": dict,
    "ListAccounts": dict, "LoadClassesOfService": dict, "ClientArea": dict,
    "MetricProvider": dict, "MetaData": dict, "DeviceProfile": dict, "CheckOrder": dict,
    "News": dict, "Welcome": dict,
    "ConfigOptions": dict, "AdminServicesTabFields": dict,
}  # fmt: skip


@pytest.mark.parametrize("event", sorted(registry.events("whmcs")))
@pytest.mark.parametrize("empty", [{}, []], ids=["{}", "[]"])
def test_every_function_accepts_an_empty_parameter_set(
    runtime: Runtime, event: str, empty: object
) -> None:
    """WHMCS's own sample test calls them so; PHP writes an empty map as []."""
    answer = dispatch("whmcs", event, empty, runtime)

    assert isinstance(answer.value, EMPTY.get(event, str))
    assert answer.value != "success"


def test_an_unreachable_zimbra_is_a_sentence(
    whmcs_params: Params, runtime: Runtime, log_fields: Callable[[], list[dict[str, Any]]]
) -> None:
    """The administrator reads it in the module queue, and finds the log by its reference."""
    whmcs_params["serverport"] = "1"
    answer = dispatch("whmcs", "SuspendAccount", whmcs_params, runtime)

    assert "cannot be reached" in answer.value
    assert log_fields()[-1]["reference"] in answer.value


def test_a_short_list_is_never_given(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """Server Sync terminates the services that a list leaves out."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    simulator.fail_next("SearchDirectoryRequest", "service.FAILURE", times=9)
    answer = dispatch("whmcs", "ListAccounts", whmcs_params, runtime)

    assert answer.value["success"] is False
    assert "accounts" not in answer.value


@pytest.mark.parametrize("event", ["SuspendAccount", "TerminateAccount", "UnsuspendAccount"])
def test_settings_that_an_event_does_not_need_cannot_stop_it(
    whmcs_params: Params, runtime: Runtime, event: str
) -> None:
    """An unpaid service must be suspended though somebody mistyped a limit."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    whmcs_params |= {
        "suspendreason": "overdue\ninvoice 7",
        "password": "with\ta tab",
        "configoption3": "25 mailboxes",
    }
    whmcs_params["_puq"]["billing"] = {"payment_method": "Bank\ntransfer"}

    assert dispatch("whmcs", event, whmcs_params, runtime).value == "success"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": ["x", "y"]}, "password is not a text"),
        ({"serviceid": True}, "serviceid is not a text"),
        ({"serviceid": float("nan")}, "serviceid is not a text"),
        ({"clientsdetails": "x"}, "clientsdetails is not a map"),
        ({"configoptions": {"Mailboxes": "0"}}, "allows no mailboxes"),
        ({"configoptions": {"Domain quota (MB)": "0"}}, "Domain quota (MB) is 0"),
    ],
)
def test_odd_parameters_are_refused_by_name(
    whmcs_params: Params,
    runtime: Runtime,
    simulator: Simulator,
    changes: dict[str, Any],
    words: str,
) -> None:
    """A list must not become a password, nor a bought nothing everything."""
    answer = dispatch("whmcs", "CreateAccount", whmcs_params | changes, runtime)

    assert words in answer.value
    assert simulator.writes() == []


@pytest.mark.parametrize("service_id", [42, 42.0, "42"])
def test_a_service_id_is_the_same_as_number_and_text(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator, service_id: object
) -> None:
    """PHP and JSON turn one into the other."""
    whmcs_params["serviceid"] = service_id
    whmcs_params["_puq"] |= {"form": [], "billing": []}
    whmcs_params["configoptions"] = []
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)

    stamp = simulator.domain("firma.example").attrs["zimbraForeignName"]
    assert stamp == ["puq_zimbra:crm.example:42"]
