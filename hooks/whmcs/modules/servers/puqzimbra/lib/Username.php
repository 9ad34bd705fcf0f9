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
            $name = trim((string) ($params['customfields']['Mailbox'] ?? ''));
            [$name, $domain] = $name === '' ? [$domain, ''] : [$name, $domain];
        } else {
            $name = self::setting($params, 'Administrator', self::ADMINISTRATOR) ?: 'admin';
        }
        $address = str_contains($name, '@') || $domain === '' ? $name : "$name@$domain";
        return preg_match('/^[^@\s]+@[^@\s]+$/Du', $address) === 1 ? $address : null;
    }

    /** @param array<string, mixed> $params */
    private static function setting(array $params, string $name, int $position): string
    {
        $bought = trim((string) ($params['configoptions'][$name] ?? ''));
        return $bought !== '' ? $bought : trim((string) ($params["configoption$position"] ?? ''));
    }
}
