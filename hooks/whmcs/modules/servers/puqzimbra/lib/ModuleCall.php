<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\Engine;
use PuqZimbra\EngineError;
use PuqZimbra\Settings;

/** One call of a module function: what goes to the engine, for how long, and into the module log. */
final class ModuleCall
{
    /** Seconds that a function may take which the engine declares no time for. */
    private const SECONDS = 25;
    /** Seconds more for a program, which a busy machine must start first. */
    private const TO_START = 3;
    /** Bytes that an answer may have which holds every service of a server. */
    private const LARGEST_OF_A_SERVER = 16 * 1024 * 1024;

    /**
     * Ask the engine; its answer.
     *
     * @param array<string, mixed> $params WHMCS's
     * @param array<string, mixed> $more keys of `_puq` for this function
     *
     * @throws EngineError there is none; the message is for an administrator
     */
    public static function ask(string $event, array $params, array $more = []): mixed
    {
        $id = Engine::newId();
        $log = new ModuleLog($event, $id, $params, $more);
        try {
            $answer = self::answer($event, $params, $more, $id);
        } catch (EngineError $error) {
            $log->write($error->getMessage());
            throw $error;
        } catch (\Throwable $error) {
            // Its text might hold a secret; its kind and place do not.
            $kind = get_class($error) . ' in ' . basename($error->getFile()) . ':' . $error->getLine();
            $log->write($kind);
            throw new EngineError("Something went wrong in the module ($kind).");
        }
        $log->write($answer);
        return $answer;
    }

    /** The module's version, which the engine compares with its own; '' in a checkout, which has none. */
    private static function version(): string
    {
        $file = dirname(__DIR__) . '/VERSION';
        $version = is_file($file) ? trim((string) file_get_contents($file, false, null, 0, 64)) : '';
        return preg_match('/^[0-9A-Za-z.+-]{1,32}$/D', $version) === 1 ? $version : '';
    }

    /**
     * @param array<string, mixed> $params
     * @param array<string, mixed> $more
     */
    private static function answer(string $event, array $params, array $more, string $id): mixed
    {
        // WHMCS gives an addon the id of the service that it belongs to: it would be taken for that one.
        if (Addons::is($params)) {
            throw new EngineError('This is for the service itself: a product addon only adds to its limits.');
        }
        $hash = $params['serveraccesshash'] ?? '';
        $settings = Settings::read(is_string($hash) ? $hash : '', dirname(__DIR__) . '/config.php');
        $call = Parameters::of($event, $params, $settings);
        if (in_array($event, Answers::declared('of_limits'), true)) {
            $more['addons'] = Addons::of((int) ($params['serviceid'] ?? 0), $settings->encoded);
        }
        $call['_puq'] = (object) array_filter(
            ['event' => $event, 'request_id' => $id, 'installation' => $settings->installation]
                + $more + ['actor' => Actor::of($event, $params), 'module_version' => self::version()],
            static fn (mixed $value): bool => $value !== '' && $value !== [],
        );
        $isOfServer = in_array($event, Answers::declared('of_a_server'), true);
        $largest = $isOfServer ? self::LARGEST_OF_A_SERVER : Engine::LARGEST;
        $seconds = Answers::declared('seconds')[$event] ?? self::SECONDS;
        $seconds += $settings->engine === 'command' ? self::TO_START : 0;
        return (new Engine($settings, 'whmcs'))->call($event, $call, $id, $seconds, $largest);
    }
}
