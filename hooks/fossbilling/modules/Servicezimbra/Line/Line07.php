<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Line;

/** FOSSBilling 0.7. */
final class Line07 extends Line
{
    public function locale(): string
    {
        return \FOSSBilling\i18n::getActiveLocale();
    }

    public function token(): string
    {
        return session_status() === PHP_SESSION_ACTIVE ? hash('md5', (string) session_id()) : '';
    }

    public function config(object $product): array
    {
        $config = json_decode((string) ($product->config ?? ''), true);
        return is_array($config) ? $config : [];
    }

    public function product(int $id): object
    {
        return $this->di['db']->getExistingModelById('Product', $id, 'Product not found');
    }

    public function formAttributes(string $message): string
    {
        return 'method="post" class="api-form" data-api-msg="' . htmlspecialchars($message, ENT_QUOTES) . '"';
    }

    public function redirect(\Box_App $app, string $address): mixed
    {
        header("Location: $address", true, 303);
        exit;
    }

    public function file(string $body, string $type, string $name): mixed
    {
        foreach (self::headers($type, $name) as $header => $value) {
            header("$header: $value");
        }
        echo $body;
        exit;
    }
}
