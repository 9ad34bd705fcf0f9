<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * The engine, puq-zimbra: one JSON value in, one out, over whichever way the settings name.
 *
 * A billing platform's adapter is a whitelist and a map of types around this.
 */
final class Engine
{
    /** Bytes that an answer may have; one for all services of a server is longer. */
    public const LARGEST = 4 * 1024 * 1024;

    /** @param string $host the engine's name for the billing platform: whmcs, fossbilling */
    public function __construct(private Settings $settings, private string $host)
    {
    }

    /** An id for a call, which is made once. */
    public static function newId(): string
    {
        return 'msg_' . bin2hex(random_bytes(16));
    }

    /**
     * Call the engine; its answer, maps as arrays.
     *
     * @param array<string, mixed> $call
     *
     * @throws EngineError no answer came that can be believed
     */
    public function call(string $event, array $call, string $id, float $seconds, int $largest = self::LARGEST): mixed
    {
        $seconds = min($seconds, $this->settings->seconds);
        try {
            $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES;
            $body = json_encode((object) $call, $flags);
        } catch (\JsonException) {
            throw new EngineError('A value of the call is no UTF-8 text, so nothing was sent.');
        }
        $answer = $this->settings->engine === 'command'
            ? (new Command($this->settings->program))->answer($this->host, $event, $body, $seconds, $largest)
            : (new Http($this->settings))->answer("{$this->host}/$event", $id, $body, $seconds, $largest);
        try {
            return json_decode($answer, true, 64, JSON_THROW_ON_ERROR);
        } catch (\JsonException) {
            throw new EngineError('The answer of the mail engine is no JSON; it is safe to retry.');
        }
    }
}
