<?php

/**
 * Calling a module: `$params` as the contract has them, and what follows from each answer.
 *
 * Source: WHMCS developer documentation, "Module Parameters", "Core Module Functions",
 * "Service Properties", "Module Hooks". That values are HTML-encoded is what modules' authors
 * report.
 */

declare(strict_types=1);

/** The module's function, if it has one; an undefined function is a feature that is not there. */
function module_function(string $module, string $name): ?callable
{
    $file = ROOTDIR . "/modules/servers/$module/$module.php";
    require_once $file;
    $function = "{$module}_$name";
    return function_exists($function) ? $function : null;
}

/** Hooks of the module are loaded with the host, whatever the request is about. */
function load_hooks(): void
{
    foreach (glob(ROOTDIR . '/modules/servers/*/hooks.php') as $file) {
        require_once $file;
    }
}

/** Texts as the host keeps what people typed. */
function encoded(mixed $value): mixed
{
    if (is_array($value)) {
        return array_map('encoded', $value);
    }
    return is_string($value) ? htmlspecialchars($value, ENT_QUOTES | ENT_HTML401, 'UTF-8') : $value;
}

/** A service as modules are given it: whoever tries to write all of it down fails. */
final class ServiceModel implements JsonSerializable
{
    public readonly ServiceProperties $serviceProperties;
    public readonly object $client;

    public function __construct(public readonly int $id)
    {
        $this->serviceProperties = new ServiceProperties($id);
        $this->client = (object) [
            'currencyrel' => (object) ['code' => 'PLN'],
            'password' => 'canary-of-the-client-record',
        ];
    }

    /** The columns of its table. */
    public function __get(string $name): mixed
    {
        return service($this->id)->$name ?? null;
    }

    public function __isset(string $name): bool
    {
        return isset(service($this->id)->$name);
    }

    public function jsonSerialize(): mixed
    {
        throw new LogicException('The service model was written as JSON.');
    }

    public function __serialize(): array
    {
        throw new LogicException('The service model was serialised.');
    }
}

final class ServiceProperties
{
    private const COLUMNS = [
        'Username' => 'username', 'Password' => 'password', 'Domain' => 'domain',
        'Disk Usage' => 'diskusage', 'Disk Limit' => 'disklimit',
    ];

    public function __construct(private readonly int $service)
    {
    }

    public function save(array $values): void
    {
        foreach ($values as $name => $value) {
            $column = self::COLUMNS[$name];
            $stored = $column === 'password' ? encrypt($value) : $value;
            change("UPDATE tblhosting SET $column = ? WHERE id = ?", $stored, $this->service);
        }
    }

    public function get(string $name): mixed
    {
        $column = self::COLUMNS[$name];
        $stored = row("SELECT $column AS v FROM tblhosting WHERE id = ?", $this->service)->v;
        return $column === 'password' ? decrypt($stored) : $stored;
    }
}

function service(int $id): object
{
    return row('SELECT * FROM tblhosting WHERE id = ?', $id);
}

function product(int $id): object
{
    return row('SELECT * FROM tblproducts WHERE id = ?', $id);
}

/** What every function that is about a server alone is given. */
function server_params(int $id): array
{
    $server = row('SELECT * FROM tblservers WHERE id = ?', $id);
    return encoded([
        'server' => true,
        'serverid' => (int) $server->id,
        'serverip' => $server->ipaddress,
        'serverhostname' => $server->hostname,
        'serverusername' => $server->username,
        'serverpassword' => decrypt($server->password),
        'serveraccesshash' => $server->accesshash,
        'serversecure' => $server->secure === 'on',
        'serverport' => $server->port,
        'serverhttpprefix' => $server->secure === 'on' ? 'https' : 'http',
        'moduletype' => $server->type,
    ]);
}

/** What every function that is about a service is given. */
function service_params(int $id, array $more = []): array
{
    $service = service($id);
    $product = product((int) $service->packageid);
    $client = row('SELECT * FROM tblclients WHERE id = ?', $service->userid);
    $options = json_decode($product->options, true, 512, JSON_THROW_ON_ERROR);
    $params = [
        'accountid' => $id,
        'serviceid' => $id,
        'addonId' => 0,
        'userid' => (int) $service->userid,
        'pid' => (int) $service->packageid,
        'domain' => $service->domain,
        'username' => $service->username,
        'password' => decrypt($service->password),
        'status' => $service->domainstatus,
        'producttype' => 'hostingaccount',
        'moduletype' => $product->servertype,
        'clientsdetails' => (array) $client + ['userid' => (int) $client->id, 'currency' => 1],
        'customfields' => [],
        'configoptions' => [],
        'whmcsVersion' => '8.13.1-release.1',
        ...$more,
    ];
    foreach (range(1, 24) as $place) {
        $params["configoption$place"] = (string) ($options[$place] ?? '');
    }
    return encoded($params) + server_params((int) $service->server) + ['model' => new ServiceModel($id)];
}

/** What the admin sees when a function gives what the contract does not know. */
function expect_type(string $name, mixed $answer, string $type): mixed
{
    if (get_debug_type($answer) !== $type && !(is_object($answer) && $answer instanceof $type)) {
        throw new LogicException("$name returned " . get_debug_type($answer) . ", not $type");
    }
    return $answer;
}

/** Call a function about a service. */
function call_service(string $name, int $id, string $type, array $more = []): mixed
{
    $module = product((int) service($id)->packageid)->servertype;
    $function = module_function($module, $name) ?? throw new LogicException("no function $name");
    return expect_type($name, $function(service_params($id, $more)), $type);
}

/** Call a function about a server. */
function call_server(string $name, int $id, string $type): mixed
{
    $params = server_params($id);
    $function = module_function($params['moduletype'], $name)
        ?? throw new LogicException("no function $name");
    return expect_type($name, $function($params), $type);
}

/** function -> hook point */
const CORE = [
    'CreateAccount' => 'Create',
    'SuspendAccount' => 'Suspend',
    'UnsuspendAccount' => 'Unsuspend',
    'TerminateAccount' => 'Terminate',
    'Renew' => 'Renew',
    'ChangePackage' => 'ChangePackage',
    'ChangePassword' => 'ChangePassword',
];
/** function -> what the service is after it */
const STATUS = [
    'CreateAccount' => 'Active',
    'SuspendAccount' => 'Suspended',
    'UnsuspendAccount' => 'Active',
    'TerminateAccount' => 'Terminated',
];

/** A service gets its username when it is first made: a hook's, or the domain's first letters. */
function name_user(int $id): void
{
    $service = service($id);
    if ($service->username !== '') {
        return;
    }
    $letters = substr(preg_replace('/[^a-z]/', '', strtolower($service->domain)), 0, 8);
    $given = array_filter(run_hook('OverrideModuleUsernameGeneration', service_params($id)));
    change('UPDATE tblhosting SET username = ? WHERE id = ?', $given[0] ?? $letters, $id);
}

/** Call one of the core functions, with its hooks; `success` or the error. */
function core(string $name, int $id, array $more = []): string
{
    if ($name === 'CreateAccount') {
        name_user($id);
    }
    $point = CORE[$name];
    foreach (run_hook("PreModule$point", ['params' => service_params($id, $more)]) as $changes) {
        if (is_array($changes)) {
            if ($changes['abortcmd'] ?? false) {
                return 'Aborted by a hook';
            }
            $more = $changes + $more;
        }
    }
    $answer = call_service($name, $id, 'string', $more);
    $params = service_params($id, $more);
    if ($answer !== 'success') {
        run_hook("AfterModule{$point}Failed", ['params' => $params, 'failureResponseMessage' => $answer]);
        return $answer;
    }
    if (isset(STATUS[$name])) {
        change('UPDATE tblhosting SET domainstatus = ? WHERE id = ?', STATUS[$name], $id);
    }
    $reason = $name === 'SuspendAccount' ? $more['suspendreason'] ?? '' : '';
    if (in_array($name, ['SuspendAccount', 'UnsuspendAccount'], true)) {
        change('UPDATE tblhosting SET suspendreason = ? WHERE id = ?', $reason, $id);
    }
    if ($name === 'ChangePassword' && isset($more['password'])) {
        change('UPDATE tblhosting SET password = ? WHERE id = ?', encrypt($more['password']), $id);
    }
    run_hook("AfterModule$point", ['params' => $params]);
    return $answer;
}

/** Call a core function by itself, as the host's automation does: what fails waits in the queue. */
function automated(string $name, int $id, array $more = []): string
{
    $answer = core($name, $id, $more);
    $waiting = rows(
        'SELECT * FROM tblmodulequeue WHERE service_id = ? AND module_action = ? AND completed = 0',
        $id, $name
    )[0] ?? null;
    if ($answer === 'success' && $waiting) {
        change('UPDATE tblmodulequeue SET completed = 1 WHERE id = ?', $waiting->id);
    } elseif ($answer !== 'success' && $waiting) {
        change('UPDATE tblmodulequeue SET last_attempt_error = ? WHERE id = ?', $answer, $waiting->id);
    } elseif ($answer !== 'success') {
        add('tblmodulequeue', [
            'service_id' => $id,
            'module_name' => product((int) service($id)->packageid)->servertype,
            'module_action' => $name,
            'last_attempt_error' => $answer,
        ]);
    }
    return $answer;
}

/** An admin's Retry of one entry of the module queue. */
function retry(int $entry): string
{
    $queued = row('SELECT * FROM tblmodulequeue WHERE id = ?', $entry);
    change('UPDATE tblmodulequeue SET num_retries = num_retries + 1 WHERE id = ?', $entry);
    $more = $queued->module_action === 'SuspendAccount' ? ['suspendreason' => OVERDUE] : [];
    return automated($queued->module_action, (int) $queued->service_id, $more);
}
