<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Database\Capsule;

/**
 * Products that do not say what becomes of a terminated service's mail.
 *
 * Stored with the defaults of before, they deleted at once; now they lock, and delete after 14 days. The
 * module's settings name them all, so that staff see which product is meant to be another way.
 *
 * Source: WHMCS developer documentation, "Config Options", "Interacting With The Database".
 */
final class Endings
{
    private const SETTING = 'On termination';
    /** configoption1 is the model, 10 the mode, 11 the days: the order of the settings is frozen. */
    private const UNSAID = "SELECT id, name FROM tblproducts WHERE servertype = 'puqzimbra' AND ("
        . "(COALESCE(configoption10, '') = '' AND COALESCE(configoption1, '') <> 'server')"
        . " OR (configoption10 = 'grace' AND COALESCE(configoption11, '') IN ('', '0'))) ORDER BY id";

    /**
     * The settings, with those products in the description of the one that they lack.
     *
     * @param array<mixed> $options
     *
     * @return array<mixed>
     */
    public static function told(array $options): array
    {
        if (!isset($options[self::SETTING]['Description'])) {
            return $options;
        }
        try {
            $found = Capsule::connection()->getPdo()->query(self::UNSAID)->fetchAll(\PDO::FETCH_KEY_PAIR);
        } catch (\Throwable) {
            return $options; // the settings are worth more than this list
        }
        $names = [];
        foreach ($found as $id => $name) {
            $name = htmlspecialchars((string) $name, ENT_QUOTES | ENT_SUBSTITUTE, double_encode: false);
            $names[] = "$name (#$id)";
        }
        if ($names !== []) {
            $options[self::SETTING]['Description'] .= '. Not said, so locked at once and deleted after 14 days, in: '
                . implode(', ', $names);
        }
        return $options;
    }
}
