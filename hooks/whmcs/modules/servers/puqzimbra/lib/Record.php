<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * `$params` as WHMCS would hand them to a function of the module, made from its tables.
 *
 * A hook is given numbers alone, and what is only being ordered has no parameters yet.
 *
 * Source: WHMCS developer documentation, "Module Parameters", API "DecryptPassword"; WHMCS documentation,
 * "Configurable Options", "Servers" (groups).
 */
final class Record
{
    private const SETTINGS = 24;
    /** Kinds of configurable options of which one of several values is chosen; the others hold a number. */
    private const OF_SEVERAL = [1, 2];
    private const SERVERS = 'SELECT * FROM tblservers WHERE type = \'puqzimbra\' AND disabled = 0';

    /**
     * What is in a cart.
     *
     * @param array<string, mixed> $product a row of `Rows::product`
     * @param int $client 0 as long as nobody has logged in
     * @param array<mixed> $options number of a configurable option -> what was chosen
     * @param array<mixed> $fields number of a custom field -> what was typed
     *
     * @return array<string, mixed>
     */
    public static function ofOrder(
        array $product,
        int $client,
        string $domain,
        array $options,
        array $fields
    ): array {
        return [
            'serviceid' => 'new',
            'domain' => $domain,
            'customfields' => self::fields((int) $product['id'], $fields),
            'configoptions' => self::options((int) $product['id'], $options),
        ] + self::common($product, $client) + self::server(self::serverFor($product));
    }

    /**
     * A service as a product would sell it.
     *
     * @param array<string, mixed> $service a row of `Rows::service`
     * @param array<string, mixed> $product a row of `Rows::product`
     * @param array<mixed> $options number of a configurable option -> what is chosen anew
     *
     * @return array<string, mixed>
     */
    public static function ofService(array $service, array $product, array $options = []): array
    {
        $id = (int) $service['id'];
        return [
            'serviceid' => $id,
            'domain' => (string) $service['domain'],
            'username' => (string) $service['username'],
            'customfields' => self::fields((int) $product['id'], self::typed($id)),
            'configoptions' => self::options((int) $product['id'], $options + self::bought($id)),
        ] + self::common($product, (int) $service['userid'])
            + self::server(Rows::of('SELECT * FROM tblservers WHERE id = ?', [(int) $service['server']])[0] ?? null);
    }

    /**
     * @param array<string, mixed> $product
     *
     * @return array<string, mixed>
     */
    private static function common(array $product, int $client): array
    {
        $language = $_SESSION['Language'] ?? '';
        $params = [
            'userid' => $client ?: '',
            'pid' => (int) $product['id'],
            'moduletype' => 'puqzimbra',
            'clientsdetails' => ['userid' => $client, 'language' => is_string($language) ? $language : ''],
        ];
        for ($position = 1; $position <= self::SETTINGS; ++$position) {
            $params["configoption$position"] = (string) ($product["configoption$position"] ?? '');
        }
        return $params;
    }

    /**
     * The server that a new service of a product would be put on, as far as that is known beforehand.
     *
     * @param array<string, mixed> $product
     *
     * @return array<string, mixed>|null
     */
    private static function serverFor(array $product): ?array
    {
        $group = (int) ($product['servergroup'] ?? 0);
        $own = ' AND id IN (SELECT serverid FROM tblservergroupsrel WHERE groupid = ?)';
        $order = ' ORDER BY active DESC, id LIMIT 1';
        $server = Rows::of(self::SERVERS . ($group > 0 ? $own : '') . $order, $group > 0 ? [$group] : [])[0] ?? null;
        if ($server === null || ($product['configoption1'] ?? '') !== 'server') {
            return $server;
        }
        // A private server is set up after the order: only the way to the engine is any server's.
        return ['accesshash' => $server['accesshash']];
    }

    /**
     * @param array<string, mixed>|null $server a row of tblservers
     *
     * @return array<string, mixed>
     */
    public static function server(?array $server): array
    {
        if ($server === null) {
            return [];
        }
        $password = (string) ($server['password'] ?? '');
        $plain = $password === '' ? '' : Api::answer('DecryptPassword', ['password2' => $password])['password'] ?? '';
        return [
            'server' => true,
            'serverid' => (int) ($server['id'] ?? 0),
            'serverip' => (string) ($server['ipaddress'] ?? ''),
            'serverhostname' => (string) ($server['hostname'] ?? ''),
            'serverport' => (string) ($server['port'] ?? ''),
            'serverusername' => (string) ($server['username'] ?? ''),
            'serverpassword' => is_string($plain) ? $plain : '',
            'serveraccesshash' => (string) $server['accesshash'],
        ];
    }

    /**
     * Names and values of a product's configurable options, each the part before the bar.
     *
     * @param array<mixed> $chosen by the option's number
     *
     * @return array<string, string>
     */
    private static function options(int $product, array $chosen): array
    {
        if ($chosen === []) {
            return [];
        }
        $named = [];
        $options = Rows::of(
            'SELECT o.id, o.optionname, o.optiontype FROM tblproductconfigoptions o'
                . ' JOIN tblproductconfiglinks l ON l.gid = o.gid WHERE l.pid = ?',
            [$product]
        );
        foreach ($options as $option) {
            $value = $chosen[$option['id']] ?? '';
            if (is_scalar($value) && in_array((int) $option['optiontype'], self::OF_SEVERAL, true)) {
                $value = Rows::of(
                    'SELECT optionname FROM tblproductconfigoptionssub WHERE id = ? AND configid = ?',
                    [(int) $value, (int) $option['id']]
                )[0]['optionname'] ?? '';
            }
            if (is_scalar($value) && (string) $value !== '') {
                $named[self::key((string) $option['optionname'])] = self::key((string) $value);
            }
        }
        return $named;
    }

    /** @return array<int, string> what a service has of each configurable option, by its number */
    private static function bought(int $service): array
    {
        $found = Rows::of(
            'SELECT h.configid, h.optionid, h.qty, o.optiontype FROM tblhostingconfigoptions h'
                . ' JOIN tblproductconfigoptions o ON o.id = h.configid WHERE h.relid = ?',
            [$service]
        );
        $chosen = [];
        foreach ($found as $row) {
            $several = in_array((int) $row['optiontype'], self::OF_SEVERAL, true);
            $chosen[(int) $row['configid']] = (string) $row[$several ? 'optionid' : 'qty'];
        }
        return $chosen;
    }

    /** @return array<int, string> what was typed into a service's custom fields, by their numbers */
    private static function typed(int $service): array
    {
        return array_column(
            Rows::of('SELECT fieldid, value FROM tblcustomfieldsvalues WHERE relid = ?', [$service]),
            'value',
            'fieldid'
        );
    }

    /**
     * @param array<mixed> $typed by the field's number
     *
     * @return array<string, string>
     */
    private static function fields(int $product, array $typed): array
    {
        $named = [];
        $fields = $typed === [] ? [] : Rows::of(
            "SELECT id, fieldname FROM tblcustomfields WHERE type = 'product' AND relid = ?",
            [$product]
        );
        foreach ($fields as $field) {
            if (is_scalar($typed[$field['id']] ?? null)) {
                $named[self::key((string) $field['fieldname'])] = (string) $typed[$field['id']];
            }
        }
        return $named;
    }

    private static function key(string $name): string
    {
        return trim(explode('|', $name, 2)[0]);
    }
}
