<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use WHMCS\Database\Capsule;

/**
 * Services by the name that WHMCS has for them: the domain as somebody typed it.
 *
 * WHMCS finds a service by that text. Zimbra's own name of it may be another: in small letters, with
 * other letters of a foreign alphabet, an address. Whoever answered with that would have Server Sync
 * terminate the service, and its usage billed to nobody.
 *
 * Source: WHMCS documentation, "Server Sync"; developer documentation, "Usage Metrics".
 */
final class Typed
{
    /**
     * Domains of a server's services as they were typed, by the services' ids.
     *
     * @return array<int, string>
     *
     * @throws EngineError WHMCS's table cannot be read
     */
    public static function domains(int $server): array
    {
        try {
            return self::read($server);
        } catch (\PDOException) {
            // Reading Zimbra can take longer than MySQL keeps an idle connection.
            Capsule::connection()->reconnect();
        }
        try {
            return self::read($server);
        } catch (\PDOException) {
            throw new EngineError("WHMCS's own table of services cannot be read.");
        }
    }

    /** @return array<int, string> */
    private static function read(int $server): array
    {
        $query = Capsule::connection()->getPdo()->prepare('SELECT id, domain FROM tblhosting WHERE server = ?');
        $query->execute([$server]);
        return array_filter($query->fetchAll(\PDO::FETCH_KEY_PAIR));
    }
}
