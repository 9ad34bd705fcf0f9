<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * Which product Zimbra holds of a service. WHMCS has put the new one into its record before it asks.
 *
 * Source: WHMCS developer documentation, hooks "AfterModuleCreate", "AfterModuleChangePackage",
 * "AfterModuleChangePackageFailed".
 */
final class Packages
{
    private const UPGRADED = "SELECT originalvalue FROM tblupgrades WHERE type = 'package' AND relid = ?"
        . ' ORDER BY id DESC LIMIT 1';

    /**
     * Zimbra holds what WHMCS sells.
     *
     * @param array<mixed> $vars a hook's
     */
    public static function held(array $vars): void
    {
        $params = self::params($vars);
        if ($params !== null) {
            Kept::put("package.{$params['serviceid']}", (string) (int) $params['pid']);
        }
    }

    /**
     * Zimbra refused what WHMCS sells already: staff must choose, and learn both names.
     *
     * @param array<mixed> $vars a hook's
     */
    public static function refused(array $vars): void
    {
        $params = self::params($vars);
        $product = $params === null ? null : Rows::product((int) $params['pid']);
        if ($params === null || $product === null) {
            return;
        }
        $service = (int) $params['serviceid'];
        $now = self::named((int) $product['id']);
        $before = self::before($service);
        $old = $before === (int) $product['id'] ? "$now with the options of before" : self::named($before);
        $reason = is_string($vars['failureResponseMessage'] ?? null) ? $vars['failureResponseMessage'] : '';
        Notices::of($product)->staff(
            $service,
            'change of package',
            "WHMCS sells $now, but Zimbra still has $old, because the change was refused: $reason\n"
                . 'Put it right in Zimbra and press Change Package, or sell the old package again.'
        );
    }

    /** @return array<string, mixed>|null the parameters, if they are our module's */
    private static function params(array $vars): ?array
    {
        $params = is_array($vars['params'] ?? null) ? $vars['params'] : [];
        $ours = ($params['moduletype'] ?? '') === 'puqzimbra' && isset($params['serviceid'], $params['pid']);
        return $ours ? $params : null;
    }

    private static function before(int $service): int
    {
        $kept = (int) Kept::get("package.$service");
        try {
            return $kept ?: (int) (Rows::of(self::UPGRADED, [$service])[0]['originalvalue'] ?? 0);
        } catch (\PDOException) {
            return 0;
        }
    }

    private static function named(int $product): string
    {
        $name = Rows::of('SELECT name FROM tblproducts WHERE id = ?', [$product])[0]['name'] ?? null;
        return $name === null ? 'another package, whose name is not known' : "\"$name\" (#$product)";
    }
}
