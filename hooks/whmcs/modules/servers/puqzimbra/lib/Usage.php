<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use WHMCS\Database\Capsule;

/**
 * The daily figures in WHMCS's table of services: whole megabytes, as the engine measured them.
 *
 * A row that was not read whole is left as it is: an old figure is true of its day, a zero never was.
 * The rows go into a temporary table and from there over by primary key, in one statement; where the
 * database user may not make such a table, one by one.
 *
 * Source: WHMCS developer documentation, "Usage Update", "Interacting With The Database"; MySQL
 * "CREATE TEMPORARY TABLE" (commits nothing), "The MEMORY Storage Engine".
 */
final class Usage
{
    private const STAGE = 'CREATE TEMPORARY TABLE IF NOT EXISTS mod_puqzimbra_usage ('
        . 'id BIGINT NOT NULL PRIMARY KEY, diskusage BIGINT NOT NULL, disklimit BIGINT NOT NULL,'
        . ' lastupdate DATETIME NOT NULL) ENGINE=MEMORY';
    /** Rows of one INSERT: some fifty kilobytes. */
    private const BATCH = 1000;
    /** The other way round it would lock, and wait for, rows that no figure is for. */
    private const MOVE = 'UPDATE mod_puqzimbra_usage AS u STRAIGHT_JOIN tblhosting AS h ON h.id = u.id'
        . ' SET h.diskusage = u.diskusage, h.disklimit = u.disklimit, h.lastupdate = u.lastupdate'
        . " WHERE h.server = ? AND h.domainstatus IN ('Active', 'Suspended')";
    private const ONE = 'UPDATE tblhosting SET diskusage = ?, disklimit = ?, lastupdate = ?'
        . " WHERE id = ? AND server = ? AND domainstatus IN ('Active', 'Suspended')";

    /**
     * Read a server's usage and write it.
     *
     * @param array<string, mixed> $params
     *
     * @throws EngineError nothing was written
     */
    public static function update(array $params): void
    {
        $answer = ModuleCall::ask('UsageUpdate', $params);
        if (!is_array($answer) || !array_is_list($answer)) {
            throw new EngineError(is_string($answer) ? $answer : 'The mail engine gave no list of figures.');
        }
        $rows = array_filter(array_map([self::class, 'row'], $answer));
        $server = (int) ($params['serverid'] ?? 0);
        try {
            self::write($rows, $server);
        } catch (\PDOException) {
            // Reading can take longer than MySQL keeps an idle connection.
            Capsule::connection()->reconnect();
            self::write($rows, $server);
        }
    }

    /** @return array{int, int, string, int}|null what is written of a row, or nothing */
    private static function row(mixed $row): ?array
    {
        if (!is_array($row) || ($row['complete'] ?? null) !== true) {
            return null;
        }
        [$id, $used, $limit] = [$row['service_id'] ?? '', $row['disk_used_mb'] ?? null, $row['disk_limit_mb'] ?? null];
        $known = is_int($used) && is_int($limit) && preg_match('/^[1-9][0-9]{0,17}$/D', (string) $id) === 1;
        $measured = is_string($row['measured_at'] ?? null) ? date_create_immutable($row['measured_at']) : false;
        if (!$known || $measured === false) {
            return null;
        }
        $moment = $measured->setTimezone(new \DateTimeZone(date_default_timezone_get()))->format('Y-m-d H:i:s');
        return [$used, $limit, $moment, (int) $id];
    }

    /**
     * Write figures of services on a server: all of them or none.
     *
     * @param array<array{int, int, string, int}> $rows megabytes used, megabytes of the limit, time, id
     */
    public static function write(array $rows, int $server): void
    {
        $database = Capsule::connection()->getPdo();
        $staged = self::isStaged($database, $rows);
        $ours = !$database->inTransaction() && $database->beginTransaction();
        try {
            if ($staged) {
                $database->prepare(self::MOVE)->execute([$server]);
            } else {
                $update = $database->prepare(self::ONE);
                foreach ($rows as $row) {
                    $update->execute([...$row, $server]);
                }
            }
            if ($ours) {
                $database->commit();
            }
        } catch (\Throwable $error) {
            if ($ours && $database->inTransaction()) {
                $database->rollBack();
            }
            throw $error;
        }
    }

    /**
     * Put the rows into a temporary table, if there may be one.
     *
     * @param array<array{int, int, string, int}> $rows
     */
    private static function isStaged(\PDO $database, array $rows): bool
    {
        try {
            $database->exec(self::STAGE);
            $database->exec('DELETE FROM mod_puqzimbra_usage');
            foreach (array_chunk($rows, self::BATCH) as $batch) {
                $values = array_map(
                    // Numbers and a time that we wrote ourselves: nothing to escape.
                    static fn (array $row): string => vsprintf("(%4\$d, %1\$d, %2\$d, '%3\$s')", $row),
                    $batch
                );
                $names = '(id, diskusage, disklimit, lastupdate)';
                $database->exec("REPLACE INTO mod_puqzimbra_usage $names VALUES " . implode(', ', $values));
            }
            return true;
        } catch (\PDOException) {
            return false;
        }
    }
}
