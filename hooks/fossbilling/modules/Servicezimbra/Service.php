<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

use Box\Mod\Servicezimbra\Line\Line;
use FOSSBilling\InformationException;
use FOSSBilling\InjectionAwareInterface;

/**
 * The product type: what FOSSBilling calls when an order begins, changes and ends.
 *
 * Each call says what is wanted; the engine compares, writes the difference and reads back, so a call that is
 * repeated changes nothing more, and one that was interrupted is finished by the next.
 *
 * Source: FOSSBilling 0.7.2 and 0.8.5, `modules/Order/Service.php` (_callOnService, createFromOrder).
 */
class Service implements InjectionAwareInterface
{
    /** The states of an order that is not set up yet. */
    private const NOT_SET_UP = ['pending_setup', 'failed_setup'];

    protected ?\Pimple\Container $di = null;

    public function setDi(\Pimple\Container $di): void
    {
        $this->di = $di;
    }

    public function getDi(): ?\Pimple\Container
    {
        return $this->di;
    }

    public function install(): bool
    {
        $this->di['db']->exec(
            'CREATE TABLE IF NOT EXISTS `service_zimbra` (
                `id` bigint(20) NOT NULL AUTO_INCREMENT,
                `client_id` bigint(20) NOT NULL,
                `domain` varchar(255) NOT NULL,
                `login` varchar(320),
                `adopted` tinyint(1) NOT NULL DEFAULT 0,
                `created_at` datetime,
                `updated_at` datetime,
                PRIMARY KEY (`id`),
                KEY `domain` (`domain`)
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4'
        );
        return true;
    }

    /** The table stays: services that are sold still live in Zimbra. */
    public function uninstall(): bool
    {
        return true;
    }

    /** @return array<string, mixed> what staff may be allowed to */
    public function getModulePermissions(): array
    {
        $told = 'Allows to set up products, and to change, adopt and hand over services.';
        return ['manage' => ['type' => 'bool', 'display_name' => 'Manage Zimbra mail', 'description' => $told]];
    }

    /**
     * The settings of a new order: the product's, and the domain alone of what the customer sent (of a mailbox its address).
     * Staff can say as well that it exists in Zimbra: then it is adopted.
     *
     * @param array<string, mixed> $data
     *
     * @return array<string, mixed>
     */
    public function attachOrderConfig(object $product, array $data): array
    {
        $domain = $data['domain'] ?? '';
        $own = ['domain' => is_string($domain) ? mb_strtolower(trim($domain)) : ''];
        // 0.8 shows the period of what is in a cart, also where there is none.
        $kept = array_intersect_key($data, ['period' => 1, 'quantity' => 1]) + ['period' => null];
        if (($data['import'] ?? '') === '1' && $this->di['auth']->isAdminLoggedIn()) {
            $own['import'] = '1';
        }
        return $own + $this->line()->config($product) + $kept;
    }

    /**
     * Refuse what could not be made, before it is paid.
     *
     * @param array<string, mixed> $data
     *
     * @throws InformationException the domain is none, or somebody holds it
     */
    public function validateOrderData(array &$data): bool
    {
        $domain = (string) ($data['domain'] ?? '');
        $isMailbox = Sold::model($data) === 'mailbox';
        if (preg_match('/^' . ($isMailbox ? '[^\s\/@:]+@' : '') . '[^\s\/@:]+\.[^\s\/@:.]+$/uD', $domain) !== 1) {
            $wanted = $isMailbox ? 'the address, such as anna@firma.example.' : 'the mail domain, such as firma.example.';
            throw new InformationException("Give $wanted");
        }
        $order = (object) ['id' => 0, 'client_id' => 0];
        $asked = ['dry_run' => true, 'admin' => ['password' => self::password()]];
        $event = isset($data['import']) ? 'adopt' : 'create';
        $reply = $this->engine()->reply($event, $order, $data, $asked, Calls::CLICK);
        $later = ['unavailable', 'busy', 'pending', 'misconfigured'];
        if (!in_array($reply['code'] ?? 'unavailable', $later, true)) {
            Calls::done($reply);
        }
        return true;
    }

    public function generateOrderTitle(array $config): ?string
    {
        return isset($config['domain']) ? "Mail {$config['domain']}" : null;
    }

    /** The row of an order that is set up. */
    public function create(object $order): object
    {
        $model = $this->di['db']->dispense('service_zimbra');
        $model->client_id = $order->client_id;
        $model->domain = (string) (self::configOf($order)['domain'] ?? '');
        $model->adopted = 0;
        $model->created_at = date('Y-m-d H:i:s');
        return $this->store($model);
    }

    /**
     * Make the service; what the welcome mail tells: the log-in and its password, which nobody keeps.
     *
     * @return array{username: string, password: string}
     *
     * @throws InformationException it was not made
     */
    public function activate(object $order, ?object $model): array
    {
        $config = self::configOf($order);
        if (isset($config['import']) && $model !== null && (int) $model->adopted === 0) {
            $this->engine()->ask('adopt', $order, $config);
            $model->adopted = 1;
            $this->store($model);
        }
        $password = self::password();
        $reply = $this->engine()->ask('create', $order, $config, ['admin' => ['password' => $password]]);
        if (($reply['data']['state'] ?? 'active') !== 'active') {
            throw new InformationException((string) $reply['message']);
        }
        if (($reply['code'] ?? '') !== 'created') {
            $mayBeTold = in_array($order->status, self::NOT_SET_UP, true) && (int) ($model->adopted ?? 0) === 0;
            // Made by a call of this order whose answer was lost: its password is known to nobody.
            $password = $mayBeTold ? $this->newPassword($order, $config, $password) : '';
        }
        $login = (string) ($reply['data']['admin_address'] ?? $reply['data']['address'] ?? '');
        if ($model !== null) {
            $model->login = $login;
            $this->store($model);
        }
        return ['username' => $login, 'password' => $password];
    }

    public function suspend(object $order, ?object $model): bool
    {
        $reason = trim((string) ($order->reason ?? ''));
        $this->engine()->ask('suspend', $order, self::configOf($order), $reason === '' ? [] : ['reason' => $reason]);
        return true;
    }

    public function unsuspend(object $order, ?object $model): bool
    {
        $this->engine()->ask('unsuspend', $order, self::configOf($order));
        return true;
    }

    public function renew(object $order, ?object $model): bool
    {
        $this->engine()->ask('renew', $order, self::configOf($order));
        return true;
    }

    /** End the service as the product says, by default after days of grace. */
    public function cancel(object $order, ?object $model): bool
    {
        $this->engine()->ask('terminate', $order, self::configOf($order));
        return true;
    }

    public function uncancel(object $order, ?object $model): bool
    {
        $this->engine()->ask('restore', $order, self::configOf($order));
        return true;
    }

    /** The order goes: its service ends as if it were cancelled. */
    public function delete(?object $order, ?object $model): void
    {
        if ($model === null || (int) $model->id === 0) {
            return;
        }
        if ($order !== null) {
            $this->cancel($order, $model);
        }
        $this->di['db']->trash($model);
    }

    /** @return array<string, mixed> for pages and mails, without a call: it is asked for at each of them */
    public function toApiArray(object $model, mixed $deep = false, mixed $identity = null): array
    {
        $order = $this->di['db']->findOne('ClientOrder', "service_type = 'zimbra' AND service_id = ?", [$model->id]);
        return [
            'domain' => $model->domain,
            'login' => $model->login ?? '',
            'page_url' => $order === null ? '' : $this->di['url']->link("servicezimbra/{$order->id}"),
        ];
    }

    /**
     * Bring a service to another product's plan, and its order with it.
     *
     * @throws InformationException it is refused, with the figures; then nothing has changed
     */
    public function changeProduct(object $order, object $product): void
    {
        $before = self::configOf($order);
        $kept = array_intersect_key($before, array_flip(['domain', 'server_id', 'administrator', 'period', 'quantity']));
        $config = $kept + $this->line()->config($product);
        $this->engine()->ask('change_package', $order, $config);
        $this->sell($order, $product, $config);
    }

    /**
     * Note what an order is sold with from now on.
     *
     * @param array<string, mixed> $config
     */
    public function sell(object $order, object $product, array $config): void
    {
        $order->config = json_encode($config, JSON_THROW_ON_ERROR);
        $order->product_id = method_exists($product, 'getId') ? $product->getId() : $product->id;
        $order->updated_at = date('Y-m-d H:i:s');
        $this->di['db']->store($order);
    }

    /**
     * Take a domain that exists in Zimbra, and that nobody claims, into an order; then the order can be activated.
     *
     * @throws InformationException it is somebody's, or there is none
     */
    public function adopt(object $order): void
    {
        $this->engine()->ask('adopt', $order, self::configOf($order));
        $orders = $this->di['mod_service']('order');
        $model = $orders->getOrderService($order) ?? $this->create($order);
        $model->adopted = 1;
        $this->store($model);
        $order->service_id = $model->id;
        $this->di['db']->store($order);
    }

    /** @param array<string, mixed> $config */
    private function newPassword(object $order, array $config, #[\SensitiveParameter] string $password): string
    {
        $this->engine()->ask('change_password', $order, $config, ['new_password' => $password]);
        return $password;
    }

    /** @return array<string, mixed> the settings that an order was sold with */
    public static function configOf(object $order): array
    {
        $config = json_decode((string) ($order->config ?? ''), true);
        return is_array($config) ? $config : [];
    }

    public function line(): Line
    {
        return Line::of($this->di);
    }

    public function engine(): Calls
    {
        return new Calls($this->di);
    }

    private function store(object $model): object
    {
        $model->updated_at = date('Y-m-d H:i:s');
        $this->di['db']->store($model);
        return $model;
    }

    private static function password(): string
    {
        return rtrim(strtr(base64_encode(random_bytes(15)), '+/', '-_'), '=') . '-1aA';
    }
}
