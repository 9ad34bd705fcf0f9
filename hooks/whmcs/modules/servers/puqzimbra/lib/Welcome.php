<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * Merge fields for the e-mail templates of products: where the customer finds his mail.
 *
 * `{$zimbra_webmail}`, `{$zimbra_admin_panel}`, `{$zimbra_address}`, `{$zimbra_domain}`, `{$zimbra_mx}`,
 * `{$zimbra_imap}`, `{$zimbra_pop3}`, `{$zimbra_smtp}`.
 *
 * Source: WHMCS developer documentation, hook "EmailPreSend".
 */
final class Welcome
{
    private const TEMPLATE = "SELECT id FROM tblemailtemplates WHERE name = ? AND type = 'product' LIMIT 1";

    /**
     * The fields of a mail about a service of ours; none for any other.
     *
     * @param array<mixed> $vars `messagename`, and `relid`: the service's id, if the template is a product's
     *
     * @return array<string, string>
     */
    public static function fields(array $vars): array
    {
        $name = $vars['messagename'] ?? null;
        $service = is_string($name) ? Rows::service((int) ($vars['relid'] ?? 0)) : null;
        if ($service === null || Rows::of(self::TEMPLATE, [$name]) === []) {
            return []; // of an invoice, say, that has the number of a service
        }
        $product = Rows::product((int) $service['packageid']) ?? [];
        try {
            $answer = ModuleCall::ask('Welcome', Record::ofService($service, $product));
        } catch (\PuqZimbra\EngineError) {
            return []; // it is in the module log, and the mail is sent all the same
        }
        $ours = static fn (string $key): bool => str_starts_with($key, 'zimbra_');
        return array_filter(array_filter((array) $answer, 'is_string'), $ours, ARRAY_FILTER_USE_KEY);
    }
}
