<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Api;

use Box\Mod\Servicezimbra\ApiBase;
use Box\Mod\Servicezimbra\HandOver;
use Box\Mod\Servicezimbra\Orders;
use Box\Mod\Servicezimbra\Sold;
use FOSSBilling\InformationException;

/** What staff may ask for by FOSSBilling's API. */
class Admin extends ApiBase
{
    /**
     * The form of a product's settings.
     *
     * @param array{product_id?: mixed} $data
     *
     * @return array<string, mixed>
     */
    public function settings_form($data): array
    {
        $service = $this->getService();
        $config = $service->line()->config($service->line()->product((int) ($data['product_id'] ?? 0)));
        $config += ['server_id' => (string) array_key_first($service->engine()->servers())];
        return [
            'action' => $this->getDi()['url']->link('api/admin/servicezimbra/save_settings'),
            'attributes' => $service->line()->formAttributes('The product was saved.'),
            'fields' => Sold::fields($config, $this->offered((int) ($config['server_id'] ?? 0))),
            'servers' => $service->engine()->servers(),
        ];
    }

    /**
     * Save a product's settings, after a check of each.
     *
     * @param array{id?: mixed, config?: mixed} $data
     */
    public function save_settings($data): bool
    {
        $this->require('manage');
        $typed = $data['config'] ?? null;
        if (!is_array($typed)) {
            throw new InformationException('The settings are missing.');
        }
        $config = Sold::checked($typed, $this->offered((int) ($typed['server_id'] ?? 0)));
        $product = $this->getService()->line()->product((int) ($data['id'] ?? 0));
        $this->getDi()['mod_service']('product')->updateConfig($product, ['config' => $config]);
        return true;
    }

    /**
     * Bring a service to another product's plan.
     *
     * @param array{order_id?: mixed, product_id?: mixed} $data
     */
    public function change_product($data): bool
    {
        $this->require('manage');
        $product = $this->getService()->line()->product((int) ($data['product_id'] ?? 0));
        $this->getService()->changeProduct(Orders::any($this->getDi(), $data['order_id'] ?? 0), $product);
        return true;
    }

    /**
     * Take a domain that exists in Zimbra into an order.
     *
     * @param array{order_id?: mixed} $data
     */
    public function adopt($data): bool
    {
        $this->require('manage');
        $this->getService()->adopt(Orders::any($this->getDi(), $data['order_id'] ?? 0));
        return true;
    }

    /**
     * What the module's page shows: versions, and orders of the server manager that can be handed over.
     *
     * @return array<string, mixed>
     */
    public function overview($data): array
    {
        $this->require('manage');
        $service = $this->getService();
        $ours = self::version();
        $servers = [];
        foreach ($service->engine()->servers() as $id => $name) {
            $version = $service->engine()->engineVersion((int) $id);
            $servers[] = ['name' => $name, 'version' => $version, 'differs' => $version !== null && $version !== $ours];
        }
        return ['version' => $ours, 'servers' => $servers] + (new HandOver($this->getDi(), $service))->overview();
    }

    /**
     * Hand an order of the server manager over to this product type, or say what would be done.
     *
     * @param array{order_id?: mixed, product_id?: mixed, dry_run?: mixed} $data
     */
    public function hand_over($data): string
    {
        $this->require('manage');
        $service = $this->getService();
        $product = $service->line()->product((int) ($data['product_id'] ?? 0));
        $id = is_scalar($data['order_id'] ?? null) ? (int) $data['order_id'] : 0;
        return (new HandOver($this->getDi(), $service))->carryOut($id, $product, (bool) ($data['dry_run'] ?? true));
    }

    /** The version of this module, which a package writes into its manifest. */
    private static function version(): string
    {
        $manifest = json_decode((string) file_get_contents(dirname(__DIR__) . '/manifest.json'), true);
        return (string) ($manifest['version'] ?? '');
    }

    /** FOSSBilling 0.8 knows permissions within a module; 0.7 asks for the module's alone, before this. */
    private function require(string $permission): void
    {
        if (method_exists($this, 'checkPermissions')) {
            $this->checkPermissions('servicezimbra', $permission);
        }
    }

    /** @return array<string, list<string>> */
    private function offered(int $server): array
    {
        $engine = $this->getService()->engine();
        $offered = ['server_id' => array_map('strval', array_keys($engine->servers()))];
        if (!in_array((string) $server, $offered['server_id'], true)) {
            return $offered;
        }
        $classes = $engine->classes($server);
        return $classes === [] ? $offered : $offered + ['cos' => ['', ...$classes]];
    }
}
