<?php

/**
 * Writes figures into WHMCS's table as it is told on standard input, a line of JSON at a time, and
 * says how many seconds each took. `module` is the WHMCS module's own code; `one_by_one` is one
 * UPDATE a row, each with a commit of its own, prepared once.
 *
 * Source: WHMCS developer documentation, "Usage Update".
 */

declare(strict_types=1);

namespace WHMCS\Database {
    final class Capsule
    {
        public static \PDO $pdo;

        public static function connection(): self
        {
            return new self();
        }

        public function getPdo(): \PDO
        {
            return self::$pdo;
        }
    }
}

namespace {
    use WHMCS\Database\Capsule;
    use WHMCS\Module\Server\Puqzimbra\Usage;

    require __DIR__ . '/../hooks/whmcs/modules/servers/puqzimbra/lib/Usage.php';

    // As WHMCS's database layer connects.
    Capsule::$pdo = new PDO($argv[1], 'root', '', [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_EMULATE_PREPARES => false,
    ]);

    $ways = [
        'module' => function (array $rows): void {
            Usage::write($rows, 1);
        },
        'one_by_one' => function (array $rows): void {
            $update = Capsule::$pdo->prepare(
                'UPDATE tblhosting SET diskusage = ?, disklimit = ?, lastupdate = ?'
                . ' WHERE server = ? AND domain = ?'
            );
            foreach ($rows as [$used, $limit, $time, $id]) {
                $update->execute([$used, $limit, $time, 1, sprintf('domain-%05d.example', $id)]);
            }
        },
    ];

    while (($line = fgets(STDIN)) !== false) {
        ['way' => $way, 'rows' => $rows] = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        $began = hrtime(true);
        $ways[$way]($rows);
        printf("%.9f\n", (hrtime(true) - $began) / 1e9);
    }
}
