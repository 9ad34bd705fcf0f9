<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Line;

use Symfony\Component\HttpFoundation\Response;

/** FOSSBilling 0.8. */
final class Line08 extends Line
{
    public function locale(): string
    {
        return \FOSSBilling\i18n::getActiveLocale($this->di['request'], true, $this->di['cookie_queue']);
    }

    public function token(): string
    {
        return (string) $this->di['session']->get('csrf_token');
    }

    public function config(object $product): array
    {
        $config = json_decode((string) $product->getConfig(), true);
        return is_array($config) ? $config : [];
    }

    public function product(int $id): object
    {
        return $this->di['mod_service']('product')->findProductById($id);
    }

    public function formAttributes(string $message): string
    {
        $told = (string) json_encode(['message' => $message, 'type' => 'form'], JSON_THROW_ON_ERROR);
        return 'method="post" data-fb-api="' . htmlspecialchars($told, ENT_QUOTES) . '"';
    }

    public function redirect(\Box_App $app, string $address): mixed
    {
        return $app->redirectUrl($address, 303);
    }

    public function file(string $body, string $type, string $name): mixed
    {
        return new Response($body, 200, self::headers($type, $name));
    }
}
