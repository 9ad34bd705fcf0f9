<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\Config\Setting;

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
        [$host, $port] = self::place($params);
        return self::link(self::named($params, 'admin_url'), $host, ":$port/zimbraAdmin/", 'Zimbra');
    }

    /**
     * To the webmail's log-in.
     *
     * @param array<string, mixed> $params
     */
    public static function webmail(array $params): string
    {
        return self::link(self::named($params, 'webmail_url'), self::place($params)[0], '/', 'Webmail');
    }

    /**
     * To everything that was done on a service, a page of the customer's: log in as him first.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string> label -> HTML; nothing where WHMCS does not say where it is
     */
    public static function activity(array $params): array
    {
        $site = class_exists(Setting::class) ? Setting::getValue('SystemURL') : null;
        $service = (int) ($params['serviceid'] ?? 0);
        if (!is_string($site) || preg_match('~^https?://[^\s"\'<>]+$~D', $site) !== 1) {
            return [];
        }
        $address = rtrim($site, '/') . "/clientarea.php?action=productdetails&id=$service&puq_page=activity";
        $address = htmlspecialchars($address, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5);
        $told = Language::say($params, 'Open as the client');
        return [
            Language::say($params, 'Activity') =>
                "<a href=\"$address\" target=\"_blank\" rel=\"noopener noreferrer\">$told</a>",
        ];
    }

    private static function link(string $address, string $host, string $path, string $label): string
    {
        if ($address === '' && $host !== '') {
            $address = "https://$host$path";
        }
        if (!str_starts_with($address, 'https://')) {
            return '';
        }
        $address = htmlspecialchars($address, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5);
        return "<a href=\"$address\" target=\"_blank\" rel=\"noopener noreferrer\">$label</a>";
    }

    /**
     * The host, nothing if the record names none, and the port; as the engine reads the record's fields.
     *
     * @param array<string, mixed> $params
     *
     * @return array{string, int}
     */
    private static function place(array $params): array
    {
        $typed = '';
        foreach (['serverip', 'serverhostname'] as $name) {
            $field = $params[$name] ?? null;
            $typed = is_string($field) && trim($field) !== '' ? trim($field) : $typed;
        }
        $typed = (string) preg_replace('~^https://([^/]*)(/.*)?$~Di', '$1', $typed);
        if (filter_var($typed, FILTER_VALIDATE_IP, FILTER_FLAG_IPV6) !== false) {
            $typed = "[$typed]";
        }
        $known = preg_match('/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/D', $typed, $found) === 1;
        $port = (int) ($found[2] ?? 0) ?: (int) ($params['serverport'] ?? 0) ?: 7071;
        return [$known ? $found[1] : '', $port];
    }

    /**
     * The value of a line of the Access Hash.
     *
     * @param array<string, mixed> $params
     */
    private static function named(array $params, string $key): string
    {
        $hash = is_string($params['serveraccesshash'] ?? null) ? $params['serveraccesshash'] : '';
        $blank = '[ \t\x{A0}\x{200B}\x{FEFF}]*';
        $found = preg_match("/^$blank$key$blank=$blank(\S+?)$blank\r?$/imu", $hash, $match);
        return $found === 1 ? htmlspecialchars_decode($match[1], ENT_QUOTES | ENT_HTML5) : '';
    }
}
