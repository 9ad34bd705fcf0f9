<?php

/**
 * Calls methods of the server manager as FOSSBilling does: a JSON object a line, one back for each.
 *
 *   {"function": "createAccount", "params": {config}, "account": {…}, "package": {…}, "text": "…",
 *    "clients": {"e-mail address": id}}
 *
 * Usage: php driver.php LIBRARY_FOLDER
 */

declare(strict_types=1);

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if (error_reporting() & $level) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }
    return true;
});

require __DIR__ . '/stubs.php';
require $argv[1] . '/Server/Manager/Puqzimbra.php';

echo "ready\n";
flush();
while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
    try {
        $GLOBALS['di'] = new ArrayObject(isset($asked['clients']) ? ['db' => new Clients($asked['clients'])] : []);
        $manager = new Server_Manager_Puqzimbra($asked['params']);
        $arguments = [];
        if (isset($asked['account'])) {
            $arguments[] = new Server_Account($asked['account']);
        }
        if (isset($asked['package'])) {
            $arguments[] = new Server_Package($asked['package']);
        }
        if (isset($asked['text'])) {
            $arguments[] = $asked['text'];
        }
        $value = $asked['function'] === 'getForm'
            ? Server_Manager_Puqzimbra::getForm()
            : $manager->{$asked['function']}(...$arguments);
        $told = ['type' => get_debug_type($value), 'value' => $value];
        if ($value instanceof Server_Account) {
            $told['value'] = ['domain' => $value->getDomain(), 'suspended' => $value->getSuspended()];
        }
    } catch (Throwable $error) {
        $told = ['thrown' => $error->getMessage(), 'type' => get_class($error)];
    }
    echo json_encode($told + ['log' => [], 'activity' => []], JSON_THROW_ON_ERROR), "\n";
    flush();
}
