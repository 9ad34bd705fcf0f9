<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/** The language that the reader of an answer knows, by WHMCS's name for it. */
final class Language
{
    /**
     * The client's own; the installation's for its staff, and where the client has chosen none.
     *
     * @param array<string, mixed> $params
     */
    public static function of(array $params): string
    {
        $details = $params['clientsdetails'] ?? null;
        $own = is_array($details) || $details instanceof \ArrayAccess ? ($details['language'] ?? '') : '';
        // What staff do for a client is answered to staff.
        if (!defined('ADMINAREA') && is_string($own) && preg_match('/^[A-Za-z_-]{1,40}$/D', $own) === 1) {
            return $own;
        }
        if (!class_exists(\WHMCS\Config\Setting::class)) {
            return '';
        }
        $default = \WHMCS\Config\Setting::getValue('Language');
        return is_string($default) ? $default : '';
    }

    /**
     * A sentence in that language.
     *
     * @param array<string, mixed> $params
     */
    public static function say(array $params, string $english, string $polish): string
    {
        return preg_match('/^(pl|polish)([-_.]|$)/Di', self::of($params)) === 1 ? $polish : $english;
    }
}
