<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Api;

use Box\Mod\Servicezimbra\ApiBase;
use Box\Mod\Servicezimbra\Sold;

/** What the order form must know of a product. */
class Guest extends ApiBase
{
    /**
     * What is sold: domain, mailbox or server.
     *
     * @param array{product_id?: mixed} $data
     */
    public function model($data): string
    {
        $line = $this->getService()->line();
        return Sold::model($line->config($line->product((int) ($data['product_id'] ?? 0))));
    }
}
