<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * The address by which the customer logs in, which WHMCS's welcome mail calls the username.
 *
 * Without it WHMCS takes the domain's first letters, with which nobody can log in anywhere.
 */
final class Username
{
    /** N of configoptionN; the order of the settings is frozen. */
    private const MODEL = 1;
    private const ADMINISTRATOR = 12;

    /**
     * The address of a service that is being created, or nothing where it cannot be said.
     *
     * @param array<string, mixed> $params
     */
    public static function of(array $params): ?string
    {
        $domain = mb_strtolower(trim((string) ($params['domain'] ?? '')));
        if (self::setting($params, 'Model', self::MODEL) === 'mailbox') {
            $fields = $params['customfields'] ?? [];
            $name = self::mailbox(is_array($fields) ? $fields : []);
            [$name, $domain] = $name === '' ? [$domain, ''] : [$name, $domain];
        } else {
            $name = self::setting($params, 'Administrator', self::ADMINISTRATOR) ?: 'admin';
        }
        $address = str_contains($name, '@') || $domain === '' ? $name : "$name@$domain";
        return preg_match('/^[^@\s]+@[^@\s]+$/Du', $address) === 1 ? $address : null;
    }

    /**
     * Have WHMCS know the address once the service is made; the answer stays what it is.
     *
     * The hook says it before, but WHMCS reads hooks.php only after the product was saved anew.
     *
     * @param array<string, mixed> $params
     */
    public static function kept(array $params, string $answer): string
    {
        try {
            $address = $answer === 'success' && !Addons::is($params) ? self::of($params) : null;
            if ($address !== null && $address !== ($params['username'] ?? '')) {
                ($params['model'] ?? null)?->serviceProperties->save(['Username' => $address]);
            }
        } catch (\Throwable $error) {
            // It is made: staff must not be told otherwise.
            if (function_exists('logActivity')) {
                logActivity('puqzimbra: the username was not noted (' . get_class($error) . ').');
            }
        }
        return $answer;
    }

    /** @param array<mixed> $fields custom fields, under any name that the engine takes for the mailbox */
    private static function mailbox(array $fields): string
    {
        $named = [];
        foreach ($fields as $name => $value) {
            $name = str_replace('_', ' ', explode('|', (string) $name, 2)[0]);
            $named[trim((string) preg_replace('/\s+/u', ' ', mb_strtolower($name)))] = trim((string) $value);
        }
        $filled = array_filter(Answers::declared('mailbox_fields'), static fn ($name) => ($named[$name] ?? '') !== '');
        return $named[current($filled) ?: ''] ?? '';
    }

    /** @param array<string, mixed> $params */
    private static function setting(array $params, string $name, int $position): string
    {
        $bought = trim((string) ($params['configoptions'][$name] ?? ''));
        return $bought !== '' ? $bought : trim((string) ($params["configoption$position"] ?? ''));
    }
}
