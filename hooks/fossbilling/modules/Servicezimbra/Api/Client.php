<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Api;

use Box\Mod\Servicezimbra\ApiBase;
use Box\Mod\Servicezimbra\Calls;
use Box\Mod\Servicezimbra\Orders;
use Box\Mod\Servicezimbra\Service;
use FOSSBilling\InformationException;

/** What a customer may ask for by FOSSBilling's API, of his own active orders alone. */
class Client extends ApiBase
{
    /**
     * Give the administrator's mailbox a new password.
     *
     * @param array{order_id?: mixed, password?: mixed} $data
     */
    public function change_password($data): bool
    {
        $order = $this->order($data);
        $password = $data['password'] ?? '';
        if (!is_string($password) || $password === '') {
            throw new InformationException('Give the new password.');
        }
        $this->asked('change_password', $order, ['new_password' => $password]);
        return true;
    }

    /**
     * An address that opens the webmail, once.
     *
     * @param array{order_id?: mixed} $data
     */
    public function log_in($data): string
    {
        return (string) ($this->asked('sso_service', $this->order($data), [])['data']['url'] ?? '');
    }

    /**
     * @param array<string, mixed> $more
     *
     * @return array<string, mixed>
     */
    private function asked(string $event, object $order, array $more): array
    {
        $calls = $this->getService()->engine();
        $reply = $calls->reply($event, $order, Service::configOf($order), $more, Calls::CLICK);
        return Calls::done(Calls::forCustomers($reply));
    }

    /** @param array<string, mixed> $data */
    private function order($data): object
    {
        return Orders::ofClient($this->getDi(), $this->getIdentity(), $data['order_id'] ?? 0);
    }
}
