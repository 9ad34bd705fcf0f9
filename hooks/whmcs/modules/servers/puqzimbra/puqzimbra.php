<?php

/**
 * PUQ Zimbra: Zimbra mail domains, mailboxes and private servers as products of WHMCS.
 *
 * The functions that WHMCS calls, and no more: what happens is decided by the engine, puq-zimbra, which
 * bridge/Engine.php reaches. Each of them returns the type that WHMCS expects, whatever happens.
 *
 * Source: WHMCS developer documentation, "Provisioning Modules".
 */

declare(strict_types=1);

use WHMCS\Module\Server\CustomAction;
use WHMCS\Module\Server\CustomActionCollection;
use WHMCS\Module\Server\Puqzimbra\Answers;
use WHMCS\Module\Server\Puqzimbra\ClientPage;
use WHMCS\Module\Server\Puqzimbra\Endings;
use WHMCS\Module\Server\Puqzimbra\Language;
use WHMCS\Module\Server\Puqzimbra\Links;
use WHMCS\Module\Server\Puqzimbra\Metrics;
use WHMCS\Module\Server\Puqzimbra\Standing;
use WHMCS\Module\Server\Puqzimbra\Usage;
use WHMCS\Module\Server\Puqzimbra\Username;
use WHMCS\Module\Server\Puqzimbra\Words;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php'; // WHMCS finds the classes by itself; a test bench may not
// In a package the bridge lies beside this file, in the repository in hooks/bridge. Without it every
// function still returns its type: Answers::told says what is missing.
foreach ([__DIR__, dirname(__DIR__, 4)] as $folder) {
    if (is_file("$folder/bridge/load.php")) {
        require_once "$folder/bridge/load.php";
        break;
    }
}

/** What the module is; asked when it is loaded. */
function puqzimbra_MetaData(): array
{
    return Answers::declared('MetaData');
}

/** The settings of a product, by position: configoption1 and so on. */
function puqzimbra_ConfigOptions(array $params = []): array
{
    return Endings::told(Words::settings($params, Answers::declared('ConfigOptions')));
}

/**
 * The classes of service that the server has, for the setting of that name.
 *
 * @throws \Exception WHMCS shows its message
 */
function puqzimbra_LoadClassesOfService(array $params = []): array
{
    return Answers::classes($params);
}

function puqzimbra_CreateAccount(array $params): string
{
    return Username::kept($params, Answers::text('CreateAccount', $params));
}

function puqzimbra_SuspendAccount(array $params): string
{
    return Answers::text('SuspendAccount', $params);
}

function puqzimbra_UnsuspendAccount(array $params): string
{
    return Answers::text('UnsuspendAccount', $params);
}

function puqzimbra_TerminateAccount(array $params): string
{
    return Answers::text('TerminateAccount', $params);
}

function puqzimbra_Renew(array $params): string
{
    return Answers::text('Renew', $params);
}

/** A new password of the administrator's mailbox; the customer can ask for it, too. */
function puqzimbra_ChangePassword(array $params): string
{
    return Answers::customersText('ChangePassword', $params);
}

function puqzimbra_ChangePackage(array $params): string
{
    return Answers::text('ChangePackage', $params);
}

function puqzimbra_TestConnection(array $params): array
{
    return Answers::connection($params);
}

/** The storage of all services of a server, into WHMCS's table; what went wrong, into its activity log. */
function puqzimbra_UsageUpdate(array $params): void
{
    try {
        Usage::update($params);
    } catch (\Throwable $error) {
        if (function_exists('logActivity')) {
            $server = (int) ($params['serverid'] ?? 0);
            logActivity("puqzimbra: the usage of server $server was not updated. " . Answers::told($error));
        }
    }
}

/** What usage billing can bill by. */
function puqzimbra_MetricProvider(array $params = []): Metrics
{
    return new Metrics($params);
}

/** Every service that bears this installation's mark, for Server Sync. */
function puqzimbra_ListAccounts(array $params): array
{
    return Answers::accounts($params);
}

function puqzimbra_ServiceSingleSignOn(array $params): array
{
    return Answers::customersLink($params);
}

function puqzimbra_AdminSingleSignOn(array $params): array
{
    return Answers::staffLink($params);
}

function puqzimbra_AdminLink(array $params): string
{
    return Links::adminPanel($params);
}

function puqzimbra_LoginLink(array $params): string
{
    return Links::webmail($params);
}

/** The customer's page. */
function puqzimbra_ClientArea(array $params): array
{
    return ClientPage::draw($params);
}

/** What the customer's page may call, without buttons of WHMCS's own. */
function puqzimbra_ClientAreaAllowedFunctions(array $params = []): array
{
    return ['Manage the mail' => ClientPage::ACTION];
}

/** Every form of the customer's page. */
function puqzimbra_client_action(array $params): string
{
    return ClientPage::act($params);
}

/** The buttons of the administrator's page. */
function puqzimbra_AdminCustomButtonArray(array $params = []): array
{
    return ['Check' => 'Check', 'Repair' => 'Repair', 'Restore' => 'Restore', 'Take over' => 'TakeOver'];
}

/** Whether Zimbra holds what was sold; else what differs. */
function puqzimbra_Check(array $params): string
{
    return Answers::text('Check', $params);
}

/** Mend what differs. */
function puqzimbra_Repair(array $params): string
{
    return Answers::text('Repair', $params);
}

/** Call off a termination; WHMCS's status becomes Active again, so that what lives is billed. */
function puqzimbra_Restore(array $params): string
{
    $told = Answers::text('Restore', $params);
    return $told === 'success' ? Standing::restored($params) : $told;
}

/** Create a private server on a Zimbra that holds domains already: they become the service's. */
function puqzimbra_TakeOver(array $params): string
{
    return Answers::text('TakeOver', $params);
}

/** How the service stands in Zimbra, in a few lines. */
function puqzimbra_AdminServicesTabFields(array $params): array
{
    return Answers::fields($params);
}

// WHMCS 8.5 and newer.
if (class_exists(CustomActionCollection::class)) {
    /** A button on the customer's first page, for those who may use single sign-on. */
    function puqzimbra_CustomActions(array $params): CustomActionCollection
    {
        $actions = new CustomActionCollection();
        $label = Language::say($params, 'Open webmail');
        $actions->add(
            CustomAction::factory('puqzimbra', $label, 'puqzimbra_ServiceSingleSignOn', [$params], ['productsso'])
        );
        return $actions;
    }
}
