<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Config\Setting;
use WHMCS\Database\Capsule;

/**
 * Where in WHMCS the customer does what the page advises: pay, upgrade, write, log in to the webmail, fetch a profile.
 *
 * What WHMCS does not have is left out, and the page then has no button for it.
 *
 * Source: the themes' public viewinvoice.tpl, clientareaproductdetails.tpl (`packagesupgrade`,
 * `configoptionsupgrade`); WHMCS developer documentation, "Single Sign-On".
 */
final class HostLinks
{
    private const UNPAID = 'SELECT i.id FROM tblinvoices i JOIN tblinvoiceitems t ON t.invoiceid = i.id'
        . " WHERE t.type = 'Hosting' AND t.relid = ? AND i.status = 'Unpaid' ORDER BY i.duedate, i.id LIMIT 1";
    private const PACKAGES = 'SELECT upgrade_product_id FROM tblproduct_upgrade_products WHERE product_id = ? LIMIT 1';
    private const OPTIONS = 'SELECT configoptionsupgrade FROM tblproducts WHERE id = ?';

    /**
     * Keys of the engine's form; each address is one on this WHMCS. A profile's is there if WHMCS has https.
     *
     * @param array<string, mixed> $params
     * @param string $root the path under which WHMCS answers
     *
     * @return array<string, string>
     */
    public static function of(array $params, string $root): array
    {
        $service = (int) ($params['serviceid'] ?? 0);
        $product = (int) ($params['pid'] ?? 0);
        $links = [
            'sso_url' => "$root/clientarea.php?action=productdetails&id=$service&dosinglesignon=1",
            'ticket_url' => "$root/submitticket.php",
        ];
        $invoice = (int) self::found(self::UNPAID, $service);
        if ($invoice > 0) {
            $links['pay_url'] = "$root/viewinvoice.php?id=$invoice";
        }
        if (self::found(self::PACKAGES, $product) !== '') {
            $links['upgrade_url'] = "$root/upgrade.php?type=package&id=$service";
        } elseif (in_array(self::found(self::OPTIONS, $product), ['1', 'on'], true)) {
            $links['upgrade_url'] = "$root/upgrade.php?type=configoptions&id=$service";
        }
        $profiles = self::profiles((int) ($params['serverid'] ?? 0));
        return $links + ($profiles === '' ? [] : ['profile_url' => $profiles]);
    }

    /** The whole address to which a profile's token is appended: a phone scans it. */
    private static function profiles(int $server): string
    {
        $site = class_exists(Setting::class) ? Setting::getValue('SystemURL') : null;
        if (!is_string($site) || !str_starts_with($site, 'https://')) {
            return '';
        }
        return rtrim($site, '/') . "/modules/servers/puqzimbra/profile.php?server=$server&token=";
    }

    /** The one value that a query finds; nothing if it finds none, or WHMCS has no such table. */
    private static function found(string $sql, int $about): string
    {
        try {
            $query = Capsule::connection()->getPdo()->prepare($sql);
            $query->execute([$about]);
            return (string) $query->fetchColumn();
        } catch (\Throwable) {
            return ''; // the page is worth more than one of its buttons
        }
    }
}
