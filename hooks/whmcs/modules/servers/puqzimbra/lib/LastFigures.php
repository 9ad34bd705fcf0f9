<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * What WHMCS itself knows of a service's storage, for its page while the engine is away.
 *
 * Source: WHMCS developer documentation, "Usage Update" (diskusage and disklimit are megabytes).
 */
final class LastFigures
{
    private const ROW = 'SELECT diskusage, disklimit, lastupdate FROM tblhosting WHERE id = ?';

    /**
     * A sentence, and the figures of the last usage update with their time.
     *
     * @param array<string, mixed> $params
     */
    public static function fragment(array $params): string
    {
        $sentences = [ClientPage::unreached($params), self::figures($params)];
        $escaped = array_map(
            static fn (string $one): string => htmlspecialchars($one, ENT_QUOTES | ENT_SUBSTITUTE),
            array_filter($sentences, static fn (string $one): bool => $one !== '')
        );
        $first = '<p role="alert">' . array_shift($escaped) . '</p>';
        $rest = array_map(static fn (string $one): string => "<p>$one</p>", $escaped);
        return '<div class="puqz">' . $first . implode('', $rest) . '</div>';
    }

    /** @param array<string, mixed> $params */
    private static function figures(array $params): string
    {
        try {
            $row = Rows::of(self::ROW, [(int) ($params['serviceid'] ?? 0)])[0] ?? [];
        } catch (\Throwable) {
            return ''; // the sentence is worth more
        }
        $time = (string) ($row['lastupdate'] ?? '');
        // Without a time nothing was ever measured: its zeros are no figures.
        if (preg_match('/^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/', $time, $found) !== 1) {
            return '';
        }
        [$used, $limit] = [(int) $row['diskusage'], (int) $row['disklimit']];
        $of = $limit > 0 ? " / $limit MB" : '';
        $values = ['moment' => $found[0], 'used' => "$used MB$of"];
        return Language::say($params, 'Storage used, as of %(moment)s: %(used)s.', $values);
    }
}
