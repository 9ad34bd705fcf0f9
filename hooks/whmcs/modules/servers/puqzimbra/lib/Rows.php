<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Database\Capsule;

/**
 * WHMCS's tables, as far as hooks need them: no parameters of a module come with a hook.
 *
 * Source: WHMCS developer documentation, "Interacting With The Database".
 */
final class Rows
{
    /**
     * The rows that a query finds.
     *
     * @param list<scalar|null> $values
     *
     * @return list<array<string, mixed>>
     *
     * @throws \PDOException WHMCS has no such table
     */
    public static function of(string $sql, array $values = []): array
    {
        $query = Capsule::connection()->getPdo()->prepare($sql);
        $query->execute($values);
        return $query->fetchAll(\PDO::FETCH_ASSOC);
    }

    /**
     * Write; how many rows it changed.
     *
     * @param list<scalar|null> $values
     *
     * @throws \PDOException WHMCS has no such table
     */
    public static function write(string $sql, array $values = []): int
    {
        $statement = Capsule::connection()->getPdo()->prepare($sql);
        $statement->execute($values);
        return $statement->rowCount();
    }

    /**
     * A service of this module.
     *
     * @return array<string, mixed>|null null where there is none, or it is another module's
     */
    public static function service(int $id): ?array
    {
        $found = self::of(
            'SELECT h.id, h.userid, h.packageid, h.server, h.domain, h.username, h.domainstatus FROM tblhosting h'
                . " JOIN tblproducts p ON p.id = h.packageid WHERE h.id = ? AND p.servertype = 'puqzimbra'",
            [$id]
        );
        return $found[0] ?? null;
    }

    /**
     * A product of this module, with its settings.
     *
     * @return array<string, mixed>|null null where there is none, or it is another module's
     */
    public static function product(int $id): ?array
    {
        return self::of("SELECT * FROM tblproducts WHERE id = ? AND servertype = 'puqzimbra'", [$id])[0] ?? null;
    }
}
