<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Database\Capsule;

/**
 * What the module remembers in WHMCS, in a table of its own: small texts by name.
 *
 * Made when it is first written: no activation precedes a provisioning module's hooks.
 *
 * Source: WHMCS developer documentation, "Interacting With The Database".
 */
final class Kept
{
    private const TABLE = 'CREATE TABLE IF NOT EXISTS mod_puqzimbra'
        . ' (name VARCHAR(100) NOT NULL PRIMARY KEY, value TEXT NOT NULL)';

    /** The text of a name; nothing where there is none. */
    public static function get(string $name): string
    {
        try {
            return (string) (Rows::of('SELECT value FROM mod_puqzimbra WHERE name = ?', [$name])[0]['value'] ?? '');
        } catch (\PDOException) {
            return ''; // nothing was kept yet
        }
    }

    /** Keep a text. */
    public static function put(string $name, string $value): void
    {
        self::prepare();
        Rows::write('DELETE FROM mod_puqzimbra WHERE name = ?', [$name]);
        Rows::write('INSERT INTO mod_puqzimbra (name, value) VALUES (?, ?)', [$name, $value]);
    }

    /**
     * Keep a text if what is kept is still another one; whether this call did it.
     *
     * Of several that run at once, one does.
     */
    public static function move(string $name, string $from, string $to): bool
    {
        if ($from === '') {
            self::prepare();
            try {
                return Rows::write('INSERT INTO mod_puqzimbra (name, value) VALUES (?, ?)', [$name, $to]) === 1;
            } catch (\PDOException) {
                return false; // another was faster
            }
        }
        $sql = 'UPDATE mod_puqzimbra SET value = ? WHERE name = ? AND value = ?';
        return Rows::write($sql, [$to, $name, $from]) === 1;
    }

    private static function prepare(): void
    {
        // In MySQL it would commit a transaction of WHMCS's.
        if (!Capsule::connection()->getPdo()->inTransaction()) {
            Capsule::connection()->getPdo()->exec(self::TABLE);
        }
    }
}
