<?php

/**
 * What a module finds around it: the host's constants, its functions, its tables.
 *
 * A warning is an error here: in a billing host it would stand in a page or an answer.
 *
 * Source: WHMCS developer documentation, "Module Logging", "Hooks", "Provisioning Modules".
 */

declare(strict_types=1);

use WHMCS\Database\Capsule;

set_error_handler(function (int $level, string $text, string $file, int $line): bool {
    if (error_reporting() & $level) {
        throw new ErrorException($text, 0, $level, $file, $line);
    }
    return false;
});

/** What the person who runs the host has set: see `Host` in host.py. */
function settings(): object
{
    static $settings;
    return $settings ??= json_decode(
        file_get_contents(getenv('WHMCS_HOST')), false, 512, JSON_THROW_ON_ERROR
    );
}

define('WHMCS', true);
define('ROOTDIR', settings()->root);

/** Rows of the host's tables. */
function rows(string $sql, mixed ...$values): array
{
    $statement = Capsule::connection()->getPdo()->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll(PDO::FETCH_OBJ);
}

/** The one row that there must be. */
function row(string $sql, mixed ...$values): object
{
    return rows($sql, ...$values)[0] ?? throw new LogicException("no row: $sql");
}

function change(string $sql, mixed ...$values): void
{
    Capsule::connection()->getPdo()->prepare($sql)->execute($values);
}

/** Insert a row; its number in the table. */
function add(string $table, array $values): int
{
    $values += ['id' => (int) row("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM $table")->next];
    $places = implode(', ', array_fill(0, count($values), '?'));
    $names = implode(', ', array_keys($values));
    change("INSERT INTO $table ($names) VALUES ($places)", ...array_values($values));
    return $values['id'];
}

function encrypt(string $text): string
{
    $nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
    $key = base64_decode(settings()->key, true);
    return base64_encode($nonce . sodium_crypto_secretbox($text, $nonce, $key));
}

function decrypt(string $text): string
{
    [$size, $bytes] = [SODIUM_CRYPTO_SECRETBOX_NONCEBYTES, base64_decode($text, true)];
    $key = base64_decode(settings()->key, true);
    return sodium_crypto_secretbox_open(substr($bytes, $size), substr($bytes, 0, $size), $key);
}

/** Values are masked wherever they stand, as they are given. */
function logModuleCall($module, $action, $request, $response, $processed = '', $secrets = []): void
{
    $shown = fn ($value) => str_replace(
        array_filter($secrets, fn ($secret) => is_string($secret) && $secret !== ''),
        '*****',
        is_scalar($value) || $value === null ? (string) $value : print_r($value, true)
    );
    add('tblmodulelog', [
        'module' => $module,
        'action' => $action,
        'request' => $shown($request),
        'response' => $shown($response),
        'arrdata' => $shown($processed),
    ]);
}

function logActivity($text, $client = 0): void
{
    add('tblactivitylog', ['description' => $text, 'userid' => $client]);
}

/** Everything that listens, for all products. */
function run_hook(string $point, array $given): array
{
    return array_map(fn ($function) => $function($given), Stub::$hooks[$point] ?? []);
}

/** What a form carries so that it is known to be the host's own. */
function generate_token(string $kind = 'form'): string
{
    $_SESSION['token'] ??= bin2hex(random_bytes(20));
    return $kind === 'form'
        ? '<input type="hidden" name="token" value="' . $_SESSION['token'] . '">'
        : $_SESSION['token'];
}

function token_is_right(): bool
{
    return hash_equals($_SESSION['token'] ?? '', (string) ($_POST['token'] ?? ''))
        && isset($_SESSION['token']);
}

/** Leave if the form is not the host's own. */
function check_token($namespace = 'WHMCS.default'): void
{
    if (!token_is_right()) {
        http_response_code(403);
        exit('Invalid token');
    }
}

/** The host's own commands, as far as a module of ours gives them. */
function localAPI($command, $values, $admin = ''): array
{
    $done = ['result' => 'success'];
    switch ($command) {
        case 'GetPaymentMethods':
            $named = fn ($gateway) => ['module' => $gateway[0], 'displayname' => $gateway[1]];
            return $done + ['paymentmethods' => ['paymentmethod' => array_map($named, Stub::$gateways)]];
        case 'DecryptPassword':
            return $done + ['password' => htmlspecialchars(decrypt($values['password2']), ENT_QUOTES | ENT_HTML401)];
        case 'ModuleCreate':
            $answer = core('CreateAccount', $values['serviceid']);
            return $answer === 'success' ? $done : ['result' => 'error', 'message' => $answer];
        case 'UpdateClientProduct':
            change(
                'UPDATE tblhosting SET domainstatus = ? WHERE id = ?',
                $values['status'], $values['serviceid']
            );
            return $done;
    }
    return ['result' => 'error', 'message' => "no command $command"];
}

// What the tests of the module alone meet in the host's place, where the host has none of its own.
require dirname(__DIR__, 2) . '/whmcs/stubs.php';
Stub::$database = settings()->database;
Stub::$module = ROOTDIR . '/modules/servers/puqzimbra';
Stub::$language = 'english';
Stub::$address = 'https://crm.example/';
Stub::$gateways = [['banktransfer', 'Przelew & gotówka']];
