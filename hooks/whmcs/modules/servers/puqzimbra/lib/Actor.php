<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Authentication\CurrentUser;

/**
 * Who acts: the customer, WHMCS's staff (also when they look at a customer's page), or nobody.
 *
 * Source: WHMCS developer documentation, "Authentication" (`CurrentUser`, the session's `adminid`).
 */
final class Actor
{
    /** What a customer asks for himself; all else that happens while he is there follows from an order. */
    private const CUSTOMERS = ['ClientAction', 'ClientArea', 'ChangePassword', 'ServiceSingleSignOn'];
    private const LONGEST = 200;

    /**
     * The actor in the engine's words.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string>
     */
    public static function of(string $event, array $params): array
    {
        $staff = self::id($_SESSION['adminid'] ?? null);
        if ($staff !== '') {
            return self::named('staff', $staff, self::nameOf('admin'));
        }
        if (!in_array($event, self::CUSTOMERS, true) || self::id($_SESSION['uid'] ?? null) === '') {
            return ['kind' => 'automatic'];
        }
        $client = $params['clientsdetails'] ?? [];
        $own = trim(self::text($client['firstname'] ?? '') . ' ' . self::text($client['lastname'] ?? ''));
        $name = self::nameOf('user') ?: htmlspecialchars_decode($own, ENT_QUOTES | ENT_HTML5);
        return self::named('customer', self::id($_SESSION['uid']), $name);
    }

    /** @return array<string, string> */
    private static function named(string $kind, string $id, string $name): array
    {
        // The engine takes no control characters.
        $name = (string) preg_replace('/[\p{C}\s]+/u', ' ', $name);
        $name = mb_substr(trim($name), 0, self::LONGEST);
        return array_filter(['kind' => $kind, 'id' => $id, 'name' => $name], static fn (string $one): bool => $one !== '');
    }

    /** The name of the person who is logged in, on WHMCS 8 and newer; a client may have several. */
    private static function nameOf(string $who): string
    {
        try {
            return class_exists(CurrentUser::class) ? self::text((new CurrentUser())->$who()?->fullName) : '';
        } catch (\Throwable) {
            return '';
        }
    }

    private static function id(mixed $value): string
    {
        return is_numeric($value) && (int) $value > 0 ? (string) (int) $value : '';
    }

    private static function text(mixed $value): string
    {
        return is_string($value) && preg_match('//u', $value) === 1 ? $value : '';
    }
}
