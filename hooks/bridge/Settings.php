<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * How the engine is reached: lines of the server's Access Hash, else config.php, else the defaults.
 *
 * The program of the command is config.php's alone: who may edit servers in the billing platform
 * must not be able to run what he likes on its machine.
 */
final class Settings
{
    private const LINES = ['secret', 'engine', 'engine_ca_file', 'installation', 'encoding'];
    /** What config.php alone can hold. */
    private const OF_THE_MACHINE = ['program', 'seconds', 'page'];
    private const MOST_SECONDS = 600.0;

    /**
     * @param string $engine `command`, `unix:/path`, `http://127.0.0.1:7410` or `https://host:port`
     * @param string $socket path of the unix socket, or nothing
     * @param bool $encoded whether the billing platform's values hold HTML entities
     * @param string $accessHash the lines that are the engine's
     * @param float $seconds for which an answer is waited for, whatever is asked
     * @param bool $wholePage whether the customer's page replaces what the billing platform shows of a service
     */
    private function __construct(
        public readonly string $engine,
        public readonly string $socket,
        public readonly string $secret,
        public readonly string $secretPlace,
        public readonly string $caFile,
        public readonly string $installation,
        public readonly bool $encoded,
        public readonly string $program,
        public readonly string $accessHash,
        public readonly float $seconds,
        public readonly bool $wholePage,
    ) {
    }

    /**
     * Read the settings.
     *
     * @param string|null $file a config.php, which need not exist
     *
     * @throws EngineError one of them cannot be used
     */
    public static function read(#[\SensitiveParameter] string $accessHash, ?string $file = null): self
    {
        [$given, $rest, $places] = self::lines($accessHash);
        $given += self::file($file);
        $encoding = strtolower($given['encoding'] ?? 'html');
        if (!in_array($encoding, ['html', 'raw'], true)) {
            throw new EngineError(($places['encoding'] ?? 'The setting encoding') . ' is neither html nor raw.');
        }
        $engine = self::address($given['engine'] ?? 'http://127.0.0.1:7410', $places['engine'] ?? 'The setting engine');
        return new self(
            $engine,
            str_starts_with($engine, 'unix:') ? substr($engine, 5) : '',
            $given['secret'] ?? '',
            $places['secret'] ?? 'The secret',
            $given['engine_ca_file'] ?? '',
            $given['installation'] ?? '',
            $encoding === 'html',
            $given['program'] ?? '/opt/puq-zimbra/bin/puq-zimbra',
            $rest,
            self::seconds($given['seconds'] ?? ''),
            self::page($given['page'] ?? 'beside') === 'whole',
        );
    }

    /**
     * @return array{array<string, string>, string, array<string, string>} our lines; the rest, whose lines keep
     *     their numbers; where each of ours stands
     *
     * @throws EngineError a line that begins as one of ours is none
     */
    private static function lines(#[\SensitiveParameter] string $accessHash): array
    {
        $given = $rest = $places = [];
        foreach (preg_split('/\R/', $accessHash) ?: [] as $number => $line) {
            // A comment stands after a blank: an address may hold a # of its own.
            $line = self::tidy((string) preg_replace('/(^|\s)[#;].*$/s', '', self::tidy($line)));
            [$key, $value] = array_map([self::class, 'tidy'], explode('=', $line, 2) + ['', '']);
            $key = strtolower($key);
            $ours = in_array($key, self::LINES, true);
            $place = 'Line ' . ($number + 1) . " of the server's Access Hash";
            if ($ours) {
                $given[$key] = preg_match('/^(["\'])(.*)\1$/Ds', $value, $quoted) === 1 ? $quoted[2] : $value;
                $places[$key] = "$place: $key";
            } elseif (preg_match('/^(secret|whsec_)/i', $line) === 1) {
                // It goes to nobody, not even to the engine to be complained of.
                throw new EngineError("$place is not secret= and the secret behind it.");
            }
            $rest[] = $ours ? '' : $line;
        }
        return [$given, rtrim(implode("\n", $rest)), $places];
    }

    /** A text without what is pasted along with it: blanks of any kind, a byte-order mark. */
    private static function tidy(#[\SensitiveParameter] string $text): string
    {
        $around = '[\s\x{A0}\x{200B}\x{FEFF}]+';
        return preg_replace("/^$around|$around$/Du", '', $text) ?? trim($text);
    }

    /** @return array<string, string> */
    private static function file(?string $file): array
    {
        if ($file === null || !is_file($file)) {
            return [];
        }
        $given = include $file;
        if (!is_array($given)) {
            throw new EngineError('The file config.php returns no array.');
        }
        foreach ($given as $key => $value) {
            if (!in_array($key, [...self::LINES, ...self::OF_THE_MACHINE], true) || !is_string($value)) {
                throw new EngineError("The file config.php may not hold the setting $key as it stands there.");
            }
        }
        return $given;
    }

    private static function page(string $given): string
    {
        if (!in_array($given, ['beside', 'whole'], true)) {
            throw new EngineError('The setting page is neither beside nor whole.');
        }
        return $given;
    }

    private static function seconds(string $given): float
    {
        $known = preg_match('/^[0-9]{1,3}(\.[0-9]{1,3})?$/D', $given) === 1 && (float) $given > 0;
        if ($given !== '' && !$known) {
            throw new EngineError('The setting seconds is no number of seconds, such as 20.');
        }
        return $known ? min((float) $given, self::MOST_SECONDS) : self::MOST_SECONDS;
    }

    private static function address(string $engine, string $place): string
    {
        if ($engine === 'command' || preg_match('~^unix:/[^\x00-\x1f]+$~D', $engine) === 1) {
            return $engine;
        }
        // By name, loopback would be whatever the resolver says.
        $engine = preg_replace('~^http://localhost(?=[:/]|$)~D', 'http://127.0.0.1', rtrim($engine, '/'));
        $loopback = '~^http://(127(\.(25[0-5]|(2[0-4]|1?[0-9])?[0-9])){3}|\[::1\])(:[0-9]{1,5})?$~D';
        $elsewhere = '~^https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$~D';
        if (preg_match($loopback, $engine) !== 1 && preg_match($elsewhere, $engine) !== 1) {
            throw new EngineError(
                "$place is none of unix:/path, http://127.0.0.1:port (or another address of this"
                . ' machine itself), https://host:port and command.'
            );
        }
        return $engine;
    }
}
