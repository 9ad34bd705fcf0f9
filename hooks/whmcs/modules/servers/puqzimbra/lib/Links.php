<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/** Plain links for WHMCS's administrators, made of the server's record without asking anybody. */
final class Links
{
    /**
     * To Zimbra's administration panel.
     *
     * @param array<string, mixed> $params
     */
    public static function adminPanel(array $params): string
    {
        $port = (int) ($params['serverport'] ?? 0) ?: 7071;
        return self::link(self::named($params, 'admin_url'), self::host($params), ":$port/zimbraAdmin/", 'Zimbra');
    }

    /**
     * To the webmail's log-in.
     *
     * @param array<string, mixed> $params
     */
    public static function webmail(array $params): string
    {
        return self::link(self::named($params, 'webmail_url'), self::host($params), '/', 'Webmail');
    }

    private static function link(string $address, string $host, string $path, string $label): string
    {
        if ($address === '' && preg_match('/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/D', $host) === 1) {
            $address = "https://$host$path";
        }
        if (!str_starts_with($address, 'https://')) {
            return '';
        }
        $address = htmlspecialchars($address, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5);
        return "<a href=\"$address\" target=\"_blank\" rel=\"noopener noreferrer\">$label</a>";
    }

    /** @param array<string, mixed> $params */
    private static function host(array $params): string
    {
        foreach (['serverhostname', 'serverip'] as $name) {
            if (is_string($params[$name] ?? null) && trim($params[$name]) !== '') {
                return trim($params[$name]);
            }
        }
        return '';
    }

    /**
     * The value of a line of the Access Hash.
     *
     * @param array<string, mixed> $params
     */
    private static function named(array $params, string $key): string
    {
        $hash = is_string($params['serveraccesshash'] ?? null) ? $params['serveraccesshash'] : '';
        $found = preg_match("/^[ \t]*{$key}[ \t]*=[ \t]*(\S+)[ \t]*\r?$/m", $hash, $match);
        return $found === 1 ? htmlspecialchars_decode($match[1], ENT_QUOTES | ENT_HTML5) : '';
    }
}
