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
 * Source: FOSSBilling 0.7, `library/Server/Account.php`, `Package.php`; `puq-zimbra hook plain describe`.
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
            [$key, $value] = explode('=', $line, 2) + ['', ''];
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
     * The call of an event.
     *
     * @param array<string, mixed> $service keys of the service besides its name and plan
     *
     * @return array<string, mixed>
     *
     * @throws EngineError a limit is no number
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
        $call['service'] = (object) [
            'id' => self::idOf($domain),
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
        return trim((string) ($this->config['host'] ?? '')) ?: trim((string) ($this->config['ip'] ?? ''));
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
        $end = trim((string) $package->getCustomValue('terminate'));
        if ($end !== '') {
            $days = self::number('grace_days', $package->getCustomValue('grace_days'));
            $plan['terminate'] = (object) ['mode' => $end, 'grace_days' => $days ?? 0];
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
        $numbers = ['mailboxes' => self::number('max_pop', $package->getMaxPop())];
        foreach (self::COUNTS as $name) {
            $numbers[$name] = self::number($name, $package->getCustomValue($name));
        }
        $sizes = [
            'domain_quota' => self::number('quota', $package->getQuota()),
            'mailbox_quota' => self::number('mailbox_quota', $package->getCustomValue('mailbox_quota')),
        ];
        foreach ($sizes as $name => $size) {
            $numbers[$name] = $size === null ? null : $size * self::MB;
        }
        return $plan + array_filter($numbers, static fn (?int $number): bool => $number !== null);
    }

    /** A number that is a limit; null where there is none. */
    private static function number(string $name, ?string $value): ?int
    {
        $value = strtolower(trim((string) $value));
        if (in_array($value, ['', '0', '-1', 'unlimited'], true)) {
            return null;
        }
        if (preg_match('/^[0-9]{1,12}$/D', $value) !== 1) {
            throw new EngineError("The setting $name of the hosting plan is not a whole number.");
        }
        return (int) $value;
    }
}
