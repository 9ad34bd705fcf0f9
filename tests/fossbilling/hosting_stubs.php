<?php

/**
 * What the staff's page meets: hosting accounts of the server manager, and the API as its controllers call it.
 *
 * Seen in FOSSBilling 0.8.5: `service_hosting` keeps the domain in two halves, the second with its dot; an API call of a
 * controller is a method MODULE_CALL of one object.
 */

declare(strict_types=1);

/** The rows that a join of orders, hosting accounts, servers and plans gives. */
function hosting_accounts(Database $db): array
{
    $found = [];
    foreach ($db->tables['client_order'] ?? [] as $order) {
        $hosting = $db->load('service_hosting', $order->service_id);
        if ($order->service_type !== 'hosting' || $hosting === null || !in_array($order->status, ['active', 'suspended'], true)) {
            continue;
        }
        $server = $db->load('service_hosting_server', $hosting->service_hosting_server_id);
        $found[] = [
            'id' => (string) $order->id, 'client_id' => (string) $order->client_id, 'status' => $order->status,
            'hosting_id' => (string) $hosting->id, 'sld' => $hosting->sld, 'tld' => $hosting->tld,
            'server_id' => (string) $server->id, 'server' => $server->name, 'plan' => $hosting->plan,
        ];
    }
    return $found;
}

/** The row of an account. */
function hosting_row(Database $db, string $domain, array $plan): int
{
    [$sld, $tld] = explode('.', $domain, 2);
    return $db->store((object) [
        'id' => 0, 'table' => 'service_hosting', 'service_hosting_server_id' => 1, 'sld' => $sld, 'tld' => ".$tld",
        'plan' => json_encode($plan),
    ]);
}

/** An order of the type hosting, whose account the server manager made; the order's number. */
function make_hosting(Pimple\Container $di, HostingService $hosting, array $asked): int
{
    $db = $di['db'];
    $hosting->getServerManager($db->load('service_hosting_server', 1))->createAccount(new Server_Account([
        'domain' => $asked['domain'], 'password' => 'Old-Pass-1x', 'client' => ['id' => $asked['client']],
        'package' => ['quota' => '51200', 'max_pop' => '25', 'custom' => $asked['plan'] ?? []],
    ]));
    return $db->store((object) [
        'id' => 0, 'table' => 'client_order', 'client_id' => $asked['order_of'] ?? $asked['client'], 'product_id' => 9,
        'service_type' => 'hosting', 'service_id' => hosting_row($db, $asked['domain'], $asked['plan'] ?? []),
        'status' => 'active', 'title' => 'Hosting', 'price' => '49.00', 'currency' => 'PLN', 'period' => '1M', 'config' => '{}',
    ]);
}

/** The order as it was before it was handed over: what a database says that was put back. */
function put_back(Database $db, array $asked): int
{
    $order = $db->load('ClientOrder', $asked['order']);
    $order->service_type = 'hosting';
    $order->service_id = hosting_row($db, $asked['domain'], []);
    return $order->id;
}

/** `$di['api_admin']`. */
class AdminApis
{
    public function __construct(private Closure $called)
    {
    }

    public function __call(string $name, array $arguments): mixed
    {
        return ($this->called)(substr($name, strlen('servicezimbra_')), ...$arguments);
    }
}

/** The base of a module's APIs, which has another name in each line. */
trait ApiOfALine
{
    private ?Pimple\Container $container = null;
    private ?object $identity = null;
    private ?object $service = null;

    public function setDi(Pimple\Container $di): void
    {
        $this->container = $di;
    }

    public function getDi(): ?Pimple\Container
    {
        return $this->container;
    }

    public function setIdentity(?object $identity): void
    {
        $this->identity = $identity;
    }

    public function getIdentity(): ?object
    {
        return $this->identity;
    }

    public function setService(object $service): void
    {
        $this->service = $service;
    }

    public function getService(): ?object
    {
        return $this->service;
    }
}

class HostingService
{
    public function getServerManager(object $server): Server_Manager
    {
        return new Server_Manager_Puqzimbra((array) $server->settings);
    }
}

class Auth
{
    public ?object $client = null;
    public bool $admin = false;

    public function isAdminLoggedIn(): bool
    {
        return $this->admin;
    }

    public function isClientLoggedIn(): bool
    {
        return $this->client !== null;
    }
}
