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
        $own = defined('ADMINAREA') ? self::ofAdministrator() : $own;
        if (is_string($own) && preg_match('/^\s*[A-Za-z][A-Za-z0-9_.@-]{0,39}\s*$/D', $own) === 1) {
            return trim($own);
        }
        if (!class_exists(\WHMCS\Config\Setting::class)) {
            return '';
        }
        $default = \WHMCS\Config\Setting::getValue('Language');
        return is_string($default) ? $default : '';
    }

    /**
     * A sentence in that language, where the engine declares it; else in English.
     *
     * @param array<string, mixed> $params
     * @param array<string, string> $values what its places %(name)s hold
     */
    public static function say(array $params, string $english, array $values = []): string
    {
        $first = strtolower((string) strtok(self::of($params), '-_.@'));
        foreach (Answers::declared('languages') as $tag => $language) {
            if ($first === $tag || in_array($first, (array) ($language['names'] ?? []), true)) {
                $sentence = self::among($language, $english);
                break;
            }
        }
        $places = array_map(static fn (string $name): string => "%($name)s", array_keys($values));
        return str_replace($places, array_values($values), $sentence ?? $english);
    }

    /** The language of whoever of the staff is logged in, on WHMCS 8 and newer. */
    private static function ofAdministrator(): mixed
    {
        try {
            $class = \WHMCS\Authentication\CurrentUser::class;
            return class_exists($class) ? (new $class())->admin()?->language ?? '' : '';
        } catch (\Throwable) {
            return '';
        }
    }

    /** A sentence in every language, where nobody says who reads it. */
    public static function sayInAll(string $english): string
    {
        $others = array_map(
            static fn (mixed $language): string => self::among($language, $english),
            array_values(Answers::declared('languages'))
        );
        return implode(' / ', array_unique([$english, ...$others]));
    }

    private static function among(mixed $language, string $english): string
    {
        $sentence = is_array($language) ? $language['sentences'][$english] ?? null : null;
        return is_string($sentence) ? $sentence : $english;
    }
}
