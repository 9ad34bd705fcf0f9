<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Api;

use Box\Mod\Servicezimbra\ApiBase;
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
        $this->getService()->newPassword($order, Service::configOf($order), $password);
        return true;
    }

    /**
     * An address that opens the webmail, once.
     *
     * @param array{order_id?: mixed} $data
     */
    public function log_in($data): string
    {
        return $this->getService()->logInLink($this->order($data));
    }

    /** @param array<string, mixed> $data */
    private function order($data): object
    {
        return \Box\Mod\Servicezimbra\Orders::ofClient($this->getDi(), $this->getIdentity(), $data['order_id'] ?? 0);
    }
}
