<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Database\Capsule;

/**
 * The configurable options that a product of this module can sell, made by a tick on the product's page.
 *
 * Each adds to a limit that the product sets, by quantity, and is hidden until staff have given it a price:
 * nobody buys by mistake what costs nothing. What is there already is left as it is.
 *
 * Source: WHMCS developer documentation, hooks "AdminProductConfigFields" and "AdminProductConfigFieldsSave",
 * "Interacting With The Database"; WHMCS documentation, "Configurable Options" (quantity, hidden).
 */
final class OptionSet
{
    private const FIELD = 'puqzimbra_options';
    private const GROUP = 'PUQ Zimbra';
    private const QUANTITY = 4;
    private const MOST = 1000;
    private const THERE = 'SELECT o.optionname FROM tblproductconfigoptions AS o'
        . ' JOIN tblproductconfiglinks AS l ON l.gid = o.gid WHERE l.pid = ?';
    private const CYCLES = [
        'msetupfee', 'qsetupfee', 'ssetupfee', 'asetupfee', 'bsetupfee', 'tsetupfee',
        'monthly', 'quarterly', 'semiannually', 'annually', 'biennially', 'triennially',
    ];

    /**
     * The field on the product's page: label and HTML.
     *
     * @param array<mixed> $vars
     *
     * @return array<string, string>
     */
    public static function field(array $vars): array
    {
        $product = Rows::product((int) ($vars['pid'] ?? 0));
        if ($product === null) {
            return [];
        }
        $missing = self::missing($product);
        $names = htmlspecialchars(implode(', ', array_column($missing, 'shown')), ENT_QUOTES | ENT_SUBSTITUTE);
        $told = $missing === []
            ? Language::say([], 'Every limit that the product sets has its configurable option.')
            : '<label><input type="checkbox" name="' . self::FIELD . '" value="1"> '
                . Language::say([], 'Make configurable options, hidden until priced:') . " $names</label>";
        return [self::GROUP => $told];
    }

    /**
     * Make them, if the field was ticked; how many were made.
     *
     * @param array<mixed> $vars
     *
     * @throws \PDOException WHMCS's tables are others than we know; nothing was written
     */
    public static function save(array $vars): int
    {
        $product = ($_POST[self::FIELD] ?? '') === '1' ? Rows::product((int) ($vars['pid'] ?? 0)) : null;
        $missing = $product === null ? [] : self::missing($product);
        if ($missing === []) {
            return 0;
        }
        $database = Capsule::connection()->getPdo();
        $ours = !$database->inTransaction() && $database->beginTransaction();
        try {
            $group = self::group((int) $product['id'], (string) $product['name']);
            foreach ($missing as $number => $option) {
                self::make($group, $number, $option);
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
        $count = count($missing);
        Api::log("$count configurable options of product {$product['id']} were made: price them and show them.");
        return $count;
    }

    /**
     * What the engine declares for the product's model, where the product sets a limit and sells no option.
     *
     * @param array<string, mixed> $product a row of `Rows::product`
     *
     * @return list<array{name: string, shown: string, unit: string}>
     */
    private static function missing(array $product): array
    {
        $there = [];
        foreach (Rows::of(self::THERE, [(int) $product['id']]) as $row) {
            $there[] = mb_strtolower(trim(explode('|', (string) $row['optionname'], 2)[0]));
        }
        $model = (string) ($product['configoption1'] ?? '') ?: 'domain';
        $missing = [];
        foreach (Answers::declared('option_set')[$model] ?? [] as $option) {
            $limit = trim((string) ($product["configoption{$option['position']}"] ?? ''));
            if (!in_array($limit, ['', '0'], true) && !in_array($option['name'], $there, true)) {
                $shown = Language::say([], $option['shown']);
                $missing[] = ['name' => $option['name'], 'shown' => $shown, 'unit' => $option['unit']];
            }
        }
        return $missing;
    }

    /** The number of the product's own group, which is made where there is none. */
    private static function group(int $product, string $name): int
    {
        $title = mb_substr(self::GROUP . ": $name (#$product)", 0, 250);
        $find = 'SELECT id FROM tblproductconfiggroups WHERE name = ?';
        $found = Rows::of($find, [$title])[0]['id'] ?? null;
        if ($found !== null) {
            return (int) $found;
        }
        Rows::write('INSERT INTO tblproductconfiggroups (name, description) VALUES (?, ?)', [$title, '']);
        $group = (int) Capsule::connection()->getPdo()->lastInsertId();
        Rows::write('INSERT INTO tblproductconfiglinks (gid, pid) VALUES (?, ?)', [$group, $product]);
        return $group;
    }

    /** @param array{name: string, shown: string, unit: string} $option */
    private static function make(int $group, int $number, array $option): void
    {
        $database = Capsule::connection()->getPdo();
        Rows::write(
            'INSERT INTO tblproductconfigoptions'
                . ' (gid, optionname, optiontype, qtyminimum, qtymaximum, `order`, hidden) VALUES (?, ?, ?, 0, ?, ?, 1)',
            [$group, "{$option['name']}|{$option['shown']}", self::QUANTITY, self::MOST, $number]
        );
        Rows::write(
            'INSERT INTO tblproductconfigoptionssub (configid, optionname, sortorder, hidden) VALUES (?, ?, 0, 0)',
            [(int) $database->lastInsertId(), $option['unit']]
        );
        $value = (int) $database->lastInsertId();
        $columns = implode(', ', self::CYCLES);
        $zeros = implode(', ', array_fill(0, count(self::CYCLES), '0'));
        foreach (Rows::of('SELECT id FROM tblcurrencies') as $currency) {
            Rows::write(
                "INSERT INTO tblpricing (type, currency, relid, $columns) VALUES ('configoptions', ?, ?, $zeros)",
                [(int) $currency['id'], $value]
            );
        }
    }
}
