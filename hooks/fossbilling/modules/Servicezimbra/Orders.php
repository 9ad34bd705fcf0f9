<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

use FOSSBilling\InformationException;

/** Finds orders of this product type for those who may see them. */
final class Orders
{
    /**
     * A customer's own order, which is active.
     *
     * @throws InformationException it is not his, or not active
     */
    public static function ofClient(\Pimple\Container $di, ?object $client, mixed $id): object
    {
        $order = $di['db']->findOne(
            'ClientOrder',
            "id = :id AND client_id = :client_id AND service_type = 'zimbra'",
            [':id' => is_scalar($id) ? (int) $id : 0, ':client_id' => (int) ($client->id ?? 0)],
        );
        if ($order === null) {
            throw new InformationException('Order not found', null, 404);
        }
        if ($order->status !== 'active') {
            throw new InformationException('The order is not active.', null, 403);
        }
        return $order;
    }

    /**
     * Any order of this type, for staff.
     *
     * @throws InformationException there is none
     */
    public static function any(\Pimple\Container $di, mixed $id): object
    {
        $bindings = [':id' => is_scalar($id) ? (int) $id : 0];
        $order = $di['db']->findOne('ClientOrder', "id = :id AND service_type = 'zimbra'", $bindings);
        return $order ?? throw new InformationException('Order not found', null, 404);
    }
}
