<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

use FOSSBilling\InformationException;

/**
 * Hands hosting accounts of the server manager PUQ Zimbra over to this product type.
 *
 * Order, price, due date and history stay; what changes is the service's id in Zimbra (from its domain to the
 * order's number) and then the order's type. Broken off between the two, it is finished by doing it once more.
 *
 * Source: FOSSBilling 0.7.2 and 0.8.5, `modules/Servicehosting/Service.php` (action_create, _getAM).
 */
final class HandOver
{
    private const ROWS = "SELECT o.id, o.client_id, o.status, h.id AS hosting_id, h.sld, h.tld, s.id AS server_id,
            s.name AS server, p.config AS plan
        FROM client_order o
        JOIN service_hosting h ON h.id = o.service_id
        JOIN service_hosting_server s ON s.id = h.service_hosting_server_id
        LEFT JOIN service_hosting_hp p ON p.id = h.service_hosting_hp_id
        WHERE o.service_type = 'hosting' AND s.manager = 'Puqzimbra' AND o.status IN ('active', 'suspended')
        ORDER BY o.id";

    public function __construct(private \Pimple\Container $di, private Service $service)
    {
    }

    /** @return array<string, mixed> orders that can be handed over, and products that can take them */
    public function overview(): array
    {
        $orders = [];
        foreach ($this->di['db']->getAll(self::ROWS) as $row) {
            $orders[] = [
                'id' => (int) $row['id'],
                'domain' => self::domain($row),
                'client_id' => (int) $row['client_id'],
                'status' => $row['status'],
                'server' => $row['server'],
            ];
        }
        $products = [];
        foreach ($this->di['db']->getAll("SELECT id, title FROM product WHERE type = 'zimbra' ORDER BY id") as $row) {
            $products[] = ['id' => (int) $row['id'], 'title' => (string) $row['title']];
        }
        return ['orders' => $orders, 'products' => $products];
    }

    /**
     * Hand an order over, or say what would be done; a sentence.
     *
     * @throws InformationException it was refused; then nothing has changed
     */
    public function carryOut(int $id, object $product, bool $dry): string
    {
        $row = $this->row($id);
        $domain = self::domain($row);
        $config = $this->config($row, $product);
        $order = $this->di['db']->getExistingModelById('ClientOrder', $id, 'Order not found');
        $reply = Calls::done($this->service->engine()->handOver((int) $row['server_id'], $domain, $order, $dry));
        if ($dry) {
            $writes = count((array) ($reply['data']['changes'] ?? []));
            return "$domain: it can be handed over to order $id; nothing was written (objects to change in Zimbra: $writes).";
        }
        $this->convert($order, $row, $product, $config);
        try {
            $this->service->engine()->ask('change_package', $order, $config);
        } catch (InformationException $error) {
            return "$domain was handed over to order $id, but holds other limits than its product: {$error->getMessage()}";
        }
        return "$domain was handed over to order $id.";
    }

    /**
     * @param array<string, mixed> $row
     * @param array<string, mixed> $config
     */
    private function convert(object $order, array $row, object $product, array $config): void
    {
        $order->service_type = 'zimbra';
        $order->config = json_encode($config, JSON_THROW_ON_ERROR);
        $order->service_id = $this->service->create($order)->id;
        $this->service->sell($order, $product, $config);
        $this->di['db']->exec('DELETE FROM service_hosting WHERE id = :id', [':id' => (int) $row['hosting_id']]);
    }

    /**
     * The settings that the order has from now on: the product's, on the server where the domain is.
     *
     * @param array<string, mixed> $row
     *
     * @return array<string, mixed>
     */
    private function config(array $row, object $product): array
    {
        $sold = $this->service->line()->config($product);
        if (!isset($sold['server_id']) || Sold::model($sold) !== 'domain') {
            throw new InformationException('Choose a product of the type Zimbra that sells a domain.');
        }
        unset($sold['administrator']);
        $plan = json_decode((string) ($row['plan'] ?? ''), true);
        $named = trim((string) (is_array($plan) ? $plan['administrator'] ?? '' : ''));
        $own = ['domain' => self::domain($row), 'server_id' => (string) (int) $row['server_id']];
        return $own + ($named === '' ? [] : ['administrator' => $named]) + $sold;
    }

    /** @return array<string, mixed> */
    private function row(int $id): array
    {
        foreach ($this->di['db']->getAll(self::ROWS) as $row) {
            if ((int) $row['id'] === $id) {
                return $row;
            }
        }
        throw new InformationException('This order is none of the server manager PUQ Zimbra, or is neither active nor suspended.');
    }

    /** @param array<string, mixed> $row */
    private static function domain(array $row): string
    {
        return mb_strtolower(trim($row['sld'] . $row['tld']));
    }
}
