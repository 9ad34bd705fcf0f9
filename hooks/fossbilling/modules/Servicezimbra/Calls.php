<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

use FOSSBilling\InformationException;

/**
 * An order's calls to the engine, through the server manager of its server.
 *
 * The order's number is the service's id: no other order can mean the same service.
 */
final class Calls
{
    /** Seconds to wait: while a page is drawn, after a click, for what is done to a service. */
    public const PAGE = 8.0;
    public const CLICK = 15.0;
    public const SERVICE = 25.0;
    private const UNREACHED = 'The mail server gives no answer just now; please try again later.';

    public function __construct(private \Pimple\Container $di)
    {
    }

    /** @return array<string, string> the servers of our manager: id -> name */
    public function servers(): array
    {
        $found = [];
        foreach ($this->di['db']->getAll("SELECT id, name FROM service_hosting_server WHERE manager = 'Puqzimbra'") as $row) {
            $found[(string) $row['id']] = (string) $row['name'];
        }
        return $found;
    }

    /** @return list<string> the classes of service of a server; none where it does not tell */
    public function classes(int $server): array
    {
        $reply = $this->manager($server)->askFor('list_classes', [], self::CLICK);
        return array_values(array_filter((array) ($reply['data']['classes'] ?? []), 'is_string'));
    }

    /** The version of a server's engine; null where it gives no answer. */
    public function engineVersion(int $server): ?string
    {
        $version = $this->manager($server)->askFor('describe', [], self::PAGE)['data']['version'] ?? null;
        return is_string($version) ? $version : null;
    }

    /**
     * What a phone gets for a token of the customer's page; the reply as it is.
     *
     * @return array<string, mixed>
     */
    public function profile(int $server, string $token): array
    {
        return $this->manager($server)->askFor('device_profile', ['form' => (object) ['token' => $token]], self::CLICK);
    }

    /**
     * Ask that a service of the server manager, whose id is its domain, becomes an order's; the reply as it is.
     *
     * @return array<string, mixed>
     */
    public function handOver(int $server, string $domain, object $order, bool $dry): array
    {
        $manager = $this->manager($server);
        return $manager->askFor('hand_over', [
            'dry_run' => $dry,
            'form' => (object) ['to_id' => (string) (int) $order->id],
            'service' => (object) [
                'id' => \PuqZimbra\Order::idOf($domain),
                'customer_id' => (string) (int) $order->client_id,
                'domain' => $domain,
            ],
        ], self::SERVICE);
    }

    /**
     * Ask for an order; the reply as it is.
     *
     * @param array<string, mixed> $config the order's settings
     * @param array<string, mixed> $more further keys of the call; those of `service` are added to the service's own
     *
     * @return array<string, mixed>
     */
    public function reply(string $event, object $order, array $config, array $more = [], float $seconds = self::SERVICE): array
    {
        $admin = (array) ($more['admin'] ?? []);
        unset($more['admin']);
        $named = trim((string) ($config['administrator'] ?? ''));
        $more['service'] = (object) [
            'id' => (string) (int) $order->id,
            'customer_id' => (string) (int) $order->client_id,
            ...Sold::bought($config),
            'plan' => (object) Sold::plan($event, $config),
            'admin' => (object) ($admin + ($named === '' ? [] : ['name' => $named])),
        ];
        return $this->manager((int) ($config['server_id'] ?? 0))->askFor($event, $more, $seconds);
    }

    /**
     * The same, where it was done.
     *
     * @param array<string, mixed> $config
     * @param array<string, mixed> $more
     *
     * @return array<string, mixed>
     *
     * @throws InformationException it was not done; says why
     */
    public function ask(string $event, object $order, array $config, array $more = [], float $seconds = self::SERVICE): array
    {
        return self::done($this->reply($event, $order, $config, $more, $seconds));
    }

    /**
     * @param array<string, mixed> $reply
     *
     * @return array<string, mixed>
     *
     * @throws InformationException it says that it was not done
     */
    public static function done(array $reply): array
    {
        if (($reply['ok'] ?? null) === true) {
            return $reply;
        }
        $reference = isset($reply['reference']) ? " ({$reply['reference']})" : '';
        throw new InformationException((string) ($reply['message'] ?? 'The mail engine gave no answer.') . $reference);
    }

    /**
     * The reply for a customer's eyes: one that is not the engine's own names what only staff can use.
     *
     * @param array<string, mixed> $reply
     *
     * @return array<string, mixed>
     */
    public static function forCustomers(array $reply): array
    {
        return isset($reply['reference']) ? $reply : ['message' => self::UNREACHED] + $reply;
    }

    private function manager(int $server): \Server_Manager_Puqzimbra
    {
        $model = $this->di['db']->getExistingModelById('ServiceHostingServer', $server, 'The product names no server.');
        $manager = $this->di['mod_service']('servicehosting')->getServerManager($model);
        if (!$manager instanceof \Server_Manager_Puqzimbra) {
            throw new InformationException('The product\'s server is none of the server manager PUQ Zimbra.');
        }
        return $manager;
    }
}
