<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

/**
 * Where in FOSSBilling the customer does what the page advises: pay, write, log in to the webmail, fetch a profile.
 *
 * Source: FOSSBilling 0.7.2 and 0.8.5, `modules/Invoice/Controller/Client.php`, `modules/Support/Controller/Client.php`.
 */
final class Links
{
    /**
     * Keys of the engine's form; each is a path on this host. That of a profile is whole, since a phone scans it, and
     * is there if FOSSBilling has https.
     *
     * @param callable(string): string $path the path of a place of FOSSBilling's
     *
     * @return array<string, string>
     */
    public static function of(\Pimple\Container $di, object $order, callable $path): array
    {
        $links = ['sso_url' => $path("servicezimbra/{$order->id}/webmail"), 'ticket_url' => $path('support')];
        $hash = (string) $di['db']->getCell(
            "SELECT hash FROM invoice WHERE id = :id AND client_id = :client AND status = 'unpaid'",
            [':id' => (int) ($order->unpaid_invoice_id ?? 0), ':client' => (int) $order->client_id],
        );
        $server = (int) (Service::configOf($order)['server_id'] ?? 0);
        $profile = $di['url']->link("servicezimbra/profile/$server") . '?token=';
        $links += str_starts_with($profile, 'https://') ? ['profile_url' => $profile] : [];
        // Of the path's own shape alone: it is written into a page.
        return $links + (preg_match('/^[a-z0-9]+$/D', $hash) === 1 ? ['pay_url' => $path("invoice/$hash")] : []);
    }
}
