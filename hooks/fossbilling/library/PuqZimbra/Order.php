<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * FOSSBilling's server, account and package in the engine's words.
 *
 * Of a package: the name of the class of service is the custom value `cos`, sizes are MB (2^20), and 0 or
 * blank is unlimited. Further custom values: `mailbox_quota` (MB), `aliases`, `lists`, `domain_aliases`,
 * `suspend_mode`, `terminate` (delete, grace, keep), `grace_days`, `administrator`.
 *
 * Source: FOSSBilling 0.7, `library/Server/Account.php`, `Client.php`, `Package.php`,
 * `modules/Servicehosting/Service.php`; `puq-zimbra hook fossbilling describe`.
 */
final class Order
{
    private const PORT = 7071;
    private const MB = 1048576;
    private const COUNTS = ['aliases', 'lists', 'domain_aliases'];

    /** @var array<string, list<string>> lines of the access hash that are not the bridge's */
    private array $lines = [];

    /**
     * @param array<string, mixed> $config the manager's
     *
     * @throws EngineError a line of the access hash is not known
     */
    public function __construct(private array $config, private Settings $settings)
    {
        foreach (preg_split('/\R/', $settings->accessHash, -1, PREG_SPLIT_NO_EMPTY) ?: [] as $line) {
            [$key, $value] = array_map('trim', explode('=', $line, 2) + ['', '']);
            $key = strtolower($key);
            if (!in_array($key, ['ca_file', 'fingerprint', 'webmail_url', 'admin_url'], true)) {
                throw new EngineError("The access hash may not hold $key.");
            }
            $this->lines[$key][] = $value;
        }
    }

    /** The id of a service: its domain, or a name for it where the domain is no id. */
    public static function idOf(string $domain): string
    {
        $domain = mb_strtolower(trim($domain));
        if (preg_match('/^[a-z0-9._-]{1,64}$/D', $domain) === 1) {
            return $domain;
        }
        return 'd-' . substr(hash('sha256', $domain), 0, 40);
    }

    /**
     * The id of the client whose account it is.
     *
     * FOSSBilling has a place for it and leaves it empty, but hands over the client's e-mail address, which
     * is one client's alone: its database tells the id. The address itself would not do, it can change hands.
     *
     * @throws EngineError it is not to be had
     */
    public static function clientOf(\Server_Account $account): string
    {
        $client = $account->getClient();
        $id = (int) $client?->getId();
        $email = trim((string) $client?->getEmail());
        if ($id < 1 && $email !== '') {
            try {
                $found = ($GLOBALS['di']['db'] ?? null)?->findOne('Client', 'email = ?', [$email]);
                $id = $found === null ? 0 : (int) $found->id;
            } catch (\Throwable) {
                $id = 0;
            }
        }
        if ($id < 1) {
            throw new EngineError('FOSSBilling does not say which client the account belongs to.');
        }
        return (string) $id;
    }

    /**
     * The call of an event.
     *
     * @param array<string, mixed> $service keys of the service besides its name and plan
     *
     * @return array<string, mixed>
     *
     * @throws EngineError a limit is no number, or nobody knows whose the account is
     */
    public function call(
        string $event,
        string $id,
        ?\Server_Account $account,
        array $service = [],
        ?\Server_Package $package = null,
    ): array {
        $call = [
            'event' => $event,
            'request_id' => $id,
            'installation' => $this->settings->installation ?: 'fossbilling',
            'server' => (object) $this->server(),
        ];
        if ($account === null) {
            return $call;
        }
        $domain = trim((string) $account->getDomain());
        $plan = self::handling($account->getPackage());
        if ($package !== null) {
            $plan = [...self::handling($package), ...self::limits($package)];
        }
        $named = trim((string) $account->getPackage()->getCustomValue('administrator'));
        $admin = [...(array) ($service['admin'] ?? []), ...($named === '' ? [] : ['name' => $named])];
        // Another client can order, or change his order to, the same domain: the engine compares the client.
        $call['identity'] = 'name';
        $call['service'] = (object) [
            'id' => self::idOf($domain),
            'customer_id' => self::clientOf($account),
            'domain' => $domain,
            'plan' => (object) $plan,
            'admin' => (object) $admin,
        ];
        return $call;
    }

    /** Address of the webmail. */
    public function webmail(): string
    {
        return $this->lines['webmail_url'][0] ?? "https://{$this->host()}/";
    }

    /** Address of Zimbra's administration panel. */
    public function adminPanel(): string
    {
        return $this->lines['admin_url'][0] ?? "https://{$this->host()}:{$this->port()}/zimbraAdmin/";
    }

    /** @return array<string, mixed> */
    private function server(): array
    {
        $server = [
            'url' => "https://{$this->host()}:{$this->port()}",
            'username' => (string) ($this->config['username'] ?? ''),
            'password' => (string) ($this->config['password'] ?? ''),
            'ip' => (string) ($this->config['ip'] ?? ''),
            'webmail_url' => $this->lines['webmail_url'][0] ?? '',
            'admin_url' => $this->lines['admin_url'][0] ?? '',
        ];
        $server = array_filter($server, static fn (string $value): bool => $value !== '');
        $trust = array_filter([
            'ca_file' => $this->lines['ca_file'][0] ?? '',
            'fingerprint' => $this->lines['fingerprint'] ?? [],
        ]);
        return $trust === [] ? $server : $server + ['tls' => (object) $trust];
    }

    private function host(): string
    {
        $host = trim((string) ($this->config['host'] ?? '')) ?: trim((string) ($this->config['ip'] ?? ''));
        return filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV6) === false ? $host : "[$host]";
    }

    private function port(): int
    {
        return (int) ($this->config['port'] ?? 0) ?: self::PORT;
    }

    /**
     * What happens to a service that is not paid, which no mistyped limit may prevent.
     *
     * @return array<string, mixed>
     */
    private static function handling(\Server_Package $package): array
    {
        $plan = [];
        $mode = trim((string) $package->getCustomValue('suspend_mode'));
        if ($mode !== '') {
            $plan['suspend_mode'] = $mode;
        }
        // Without a mode and without days, 0 among them, the engine's own count: nothing is deleted at once.
        $end = array_filter([
            'mode' => trim((string) $package->getCustomValue('terminate')),
            'grace_days' => self::days($package->getCustomValue('grace_days')),
        ]);
        if ($end !== []) {
            $plan['terminate'] = (object) $end;
        }
        return $plan;
    }

    /** @return array<string, string|int> */
    private static function limits(\Server_Package $package): array
    {
        $plan = [];
        $class = trim((string) $package->getCustomValue('cos'));
        if ($class !== '') {
            $plan['cos'] = $class;
        }
        $amounts = ['mailboxes' => self::amount($package->getMaxPop())];
        foreach (self::COUNTS as $name) {
            $amounts[$name] = self::amount($package->getCustomValue($name));
        }
        $amounts['domain_quota'] = self::megabytes($package->getQuota());
        $amounts['mailbox_quota'] = self::megabytes($package->getCustomValue('mailbox_quota'));
        return $plan + array_filter($amounts, static fn (int|string|null $amount): bool => $amount !== null);
    }

    /** Days of grace; 0 where none are said. */
    private static function days(?string $value): int
    {
        $value = trim((string) $value);
        if (preg_match('/^[0-9]{0,4}$/D', $value) !== 1) {
            throw new EngineError('The setting grace_days of the hosting plan is not a number of days.');
        }
        return (int) $value;
    }

    /** A limit, which the engine reads where it is written otherwise than in digits; null where there is none. */
    private static function amount(?string $value): int|string|null
    {
        $value = trim((string) $value);
        if (in_array(strtolower($value), ['', '0', '-1', 'unlimited'], true)) {
            return null;
        }
        return preg_match('/^[0-9]{1,12}$/D', $value) === 1 ? (int) $value : $value;
    }

    /** A size in bytes; a text as it is, in which a number without a unit is in MB. */
    private static function megabytes(?string $value): int|string|null
    {
        $size = self::amount($value);
        return is_int($size) ? $size * self::MB : $size;
    }
}
