<?php

/**
 * Calls functions of the module as WHMCS does: a JSON object a line on standard input, one back for each.
 *
 *   {"function": "CreateAccount", "params": {…}, "get": {…}, "post": {…}, "session": {…}, "stub": {…}}
 *
 * No header can be sent any more, so the module answers a form by WHMCS's page, never by a redirect.
 * `latin1` names a parameter to be filled with bytes that are no UTF-8, which JSON cannot carry.
 * `function` may also be `hook NAME`, METHOD of MetricProvider's object as `MetricProvider METHOD`, or
 * `engine EVENT`: the bridge itself, with `seconds` and `largest`.
 * `compile` compiles files without running them, and tells what PHP complains of.
 * Usage: php driver.php MODULE_FOLDER [FILE_OF_CALLS]
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
Stub::$module = $argv[1];
require Stub::$module . '/puqzimbra.php';
require Stub::$module . '/hooks.php';

function plain(mixed $value): mixed
{
    if ($value instanceof WHMCS\UsageBilling\Metrics\Metric) {
        return [
            'name' => $value->systemName(), 'shown' => $value->displayName(), 'type' => $value->type(),
            'unit' => (new ReflectionClass($value->units()))->getShortName(), 'value' => $value->usage()?->value(),
        ];
    }
    if ($value instanceof WHMCS\Module\Server\CustomActionCollection) {
        return array_map('get_object_vars', $value->items);
    }
    return is_array($value) ? array_map('plain', $value) : $value;
}

/** Compile files, each in a namespace of its own; what was wrong with one, by its path. */
function compiled(array $files): object
{
    $problems = [];
    foreach ($files as $number => $file) {
        $source = (string) file_get_contents($file);
        $place = preg_match('/^namespace [^;]+;/m', $source) === 1 ? '/^namespace [^;]+;/m' : '/^declare[^;]+;\K/m';
        try {
            $source = preg_replace($place, "namespace Compiled$number; return;", $source, 1);
            eval(substr($source, strlen('<?php')));
        } catch (Throwable $error) {
            $problems[$file] = $error->getMessage();
        }
    }
    return (object) $problems;
}

function called(array $asked): mixed
{
    [$name, $method] = explode(' ', $asked['function'], 2) + ['', ''];
    if ($name === 'compile') {
        return compiled($asked['params']);
    }
    if ($name === 'hook') {
        return (Stub::$hooks[$method][0])($asked['params']);
    }
    if ($name === 'engine') {
        $settings = PuqZimbra\Settings::read(
            $asked['params']['serveraccesshash'] ?? '',
            Stub::$module . '/config.php'
        );
        $engine = new PuqZimbra\Engine($settings, 'whmcs');
        $limits = [$asked['seconds'] ?? 20, $asked['largest'] ?? 4194304];
        return $engine->call($method, $asked['params'], $engine::newId(), ...$limits);
    }
    $value = ("puqzimbra_$name")($asked['params'], ...($asked['more'] ?? []));
    return $method === '' ? $value : $value->$method(...($asked['arguments'] ?? []));
}

echo "ready\n";
$calls = fopen($argv[2] ?? 'php://stdin', 'r');
while (($line = fgets($calls)) !== false) {
    $asked = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
    if (isset($asked['params']['model'])) {
        $asked['params']['model'] = json_decode(json_encode($asked['params']['model']));
        if (is_object($asked['params']['model'])) {
            $asked['params']['model']->serviceProperties = new Properties();
        }
    }
    if (isset($asked['latin1'])) {
        $asked['params'][$asked['latin1']] = "has\xf3o";
    }
    Stub::$moduleLog = Stub::$activityLog = Stub::$api = Stub::$answers = [];
    foreach ($asked['stub'] ?? [] as $name => $value) {
        Stub::$$name = $value;
    }
    $_GET = $asked['get'] ?? [];
    $_POST = $asked['post'] ?? [];
    $_SESSION = $asked['session'] ?? [];
    $_REQUEST = $_POST + $_GET;
    $_SERVER['REQUEST_METHOD'] = $asked['method'] ?? 'GET';
    $_SERVER['SCRIPT_NAME'] = $asked['script'] ?? '/clientarea.php';
    try {
        $value = called($asked);
        $told = ['value' => plain($value), 'type' => get_debug_type($value)];
    } catch (Throwable $error) {
        $told = ['thrown' => $error->getMessage(), 'type' => get_class($error)];
    }
    $told += ['log' => Stub::$moduleLog, 'activity' => Stub::$activityLog, 'api' => Stub::$api];
    echo json_encode($told, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    flush();
}
