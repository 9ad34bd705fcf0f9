<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;

/**
 * Product addons: what a service has more than its product says, such as "+10 mailboxes".
 *
 * An addon is nothing in Zimbra by itself. What is done to one is a change of its service's package, which
 * counts every addon that is active, and the one that is becoming so.
 *
 * Source: WHMCS developer documentation, "Service Properties" (addons with a module), API "GetClientsAddons",
 * "ModuleChangePackage"; "Interacting With The Database".
 */
final class Addons
{
    /** Function -> whether the addon counts afterwards. */
    private const COUNTS = [
        'CreateAccount' => true, 'UnsuspendAccount' => true, 'ChangePackage' => true,
        'SuspendAccount' => false, 'TerminateAccount' => false,
    ];
    // WHMCS suspends addons along with their service, whose limits stay as they are.
    private const SOLD = 'SELECT a.*, p.name AS sold_name, p.module AS sold_module, h.domainstatus AS service_status'
        . ' FROM tblhostingaddons AS a JOIN tblhosting AS h ON h.id = a.hostingid'
        . ' LEFT JOIN tbladdons AS p ON p.id = a.addonid WHERE a.hostingid = ? ORDER BY a.id';
    private const SERVICE = 'SELECT h.domainstatus, p.servertype FROM tblhosting AS h'
        . ' JOIN tblproducts AS p ON p.id = h.packageid WHERE h.id = ?';
    private const ENDED = ['Terminated', 'Cancelled', 'Fraud'];

    /** @var array<int, bool> id of an addon that is being changed -> whether it counts */
    private static array $becoming = [];

    /** @param array<string, mixed> $params */
    public static function is(array $params): bool
    {
        return (int) ($params['addonId'] ?? 0) > 0;
    }

    /**
     * Carry out a function for an addon; "success" or a sentence for the administrator.
     *
     * @param array<string, mixed> $params
     *
     * @throws EngineError it is not for addons
     */
    public static function act(string $event, array $params): string
    {
        if ($event === 'Renew') {
            return 'success';
        }
        $counts = self::COUNTS[$event] ?? null;
        if ($counts === null) {
            throw new EngineError('This is for the service itself: a product addon only adds to its limits.');
        }
        $service = (int) ($params['serviceid'] ?? 0);
        $found = self::rows(self::SERVICE, $service)[0] ?? [];
        if (($found['servertype'] ?? '') !== 'puqzimbra') {
            throw new EngineError('The service of this product addon is of another module.');
        }
        if (!$counts && in_array($found['domainstatus'], self::ENDED, true)) {
            return 'success';
        }
        self::$becoming = [(int) $params['addonId'] => $counts];
        try {
            $answer = localAPI('ModuleChangePackage', ['serviceid' => $service]);
        } finally {
            self::$becoming = [];
        }
        $said = $answer['message'] ?? null;
        return match (true) {
            ($answer['result'] ?? '') === 'success' => 'success',
            is_string($said) && $said !== '' => $said,
            default => "The package of service $service was not changed; see the module log.",
        };
    }

    /**
     * The addons that count for a service: those of other modules, too, which the engine passes over.
     *
     * @return list<array{name: string, quantity: int, module: string}>
     *
     * @throws EngineError WHMCS's table cannot be read
     */
    public static function of(int $service, bool $encoded): array
    {
        $addons = [];
        foreach ($service > 0 ? self::rows(self::SOLD, $service) : [] as $row) {
            $status = (string) ($row['status'] ?? '');
            $counts = $status === 'Active' || ($status === 'Suspended' && $row['service_status'] === 'Suspended');
            if (self::$becoming[(int) $row['id']] ?? $counts) {
                $name = trim((string) ($row['name'] ?? '')) ?: (string) ($row['sold_name'] ?? '');
                $addons[] = [
                    'name' => (string) Parameters::decoded($name, 'addon', $encoded),
                    'quantity' => max(1, (int) ($row['qty'] ?? 1)),
                    'module' => ($row['sold_module'] ?? '') === 'puqzimbra' ? '1' : '',
                ];
            }
        }
        return $addons;
    }

    /**
     * @return list<array<string, mixed>>
     *
     * @throws EngineError the tables cannot be read
     */
    private static function rows(string $sql, int $service): array
    {
        try {
            return Rows::of($sql, [$service]);
        } catch (\PDOException $error) {
            // A WHMCS without such a table sells no addons.
            if ($error->getCode() === '42S02' || str_contains($error->getMessage(), 'no such table')) {
                return [];
            }
            throw new EngineError("WHMCS's own table of addons cannot be read.");
        }
    }
}
