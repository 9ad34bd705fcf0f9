<?php

declare(strict_types=1);

// The class that APIs extend has another name in each line of FOSSBilling.
class_alias(
    class_exists(\FOSSBilling\Api\AbstractApi::class) ? \FOSSBilling\Api\AbstractApi::class : \Api_Abstract::class,
    'Box\Mod\Servicezimbra\ApiBase',
);
