<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/** One call of a module function: what goes to the engine, for how long, and into the module log. */
final class ModuleCall
{
    private const SECONDS = [
        'ClientArea' => 8,
        'AdminServicesTabFields' => 8,
        'TestConnection' => 15,
        'LoadClassesOfService' => 15,
        'ServiceSingleSignOn' => 15,
        'AdminSingleSignOn' => 15,
        'UsageUpdate' => 120,
        'MetricProvider' => 120,
        'ListAccounts' => 120,
    ];
    private const LIFECYCLE_SECONDS = 25;
    /** Functions whose answer tells of every service of a server. */
    private const OF_A_SERVER = ['UsageUpdate', 'MetricProvider', 'ListAccounts'];
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

    /**
     * @param array<string, mixed> $params
     * @param array<string, mixed> $more
     */
    private static function answer(string $event, array $params, array $more, string $id): mixed
    {
        // WHMCS gives an addon the id of the service that it belongs to: it would be taken for that one.
        if ((int) ($params['addonId'] ?? 0) > 0) {
            throw new EngineError('This module is for products: a product addon cannot be sold with it.');
        }
        $hash = $params['serveraccesshash'] ?? '';
        $settings = Settings::read(is_string($hash) ? $hash : '', dirname(__DIR__) . '/config.php');
        $call = Parameters::of($event, $params, $settings);
        $call['_puq'] = (object) array_filter(
            ['event' => $event, 'request_id' => $id, 'installation' => $settings->installation] + $more,
            static fn (mixed $value): bool => $value !== '' && $value !== [],
        );
        $largest = in_array($event, self::OF_A_SERVER, true) ? self::LARGEST_OF_A_SERVER : Engine::LARGEST;
        $seconds = self::SECONDS[$event] ?? self::LIFECYCLE_SECONDS;
        return (new Engine($settings, 'whmcs'))->call($event, $call, $id, $seconds, $largest);
    }
}
