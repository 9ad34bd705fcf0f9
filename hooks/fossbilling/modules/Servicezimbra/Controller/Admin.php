<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Controller;

use Box\Mod\Servicezimbra\Line\Line;

/** The staff's page: versions of module and engines, and orders of the server manager, to be handed over. */
class Admin implements \FOSSBilling\InjectionAwareInterface
{
    protected ?\Pimple\Container $di = null;

    public function setDi(\Pimple\Container $di): void
    {
        $this->di = $di;
    }

    public function getDi(): ?\Pimple\Container
    {
        return $this->di;
    }

    /** @return array<string, mixed> */
    public function fetchNavigation(): array
    {
        return [
            'subpages' => [
                [
                    'location' => 'system',
                    'index' => 145,
                    'label' => 'Zimbra mail',
                    'uri' => $this->di['url']->adminLink('servicezimbra'),
                    'class' => '',
                ],
            ],
        ];
    }

    public function register(\Box_App &$app): void
    {
        $app->get('/servicezimbra', 'get_index', [], static::class);
        $app->post('/servicezimbra', 'post_index', [], static::class);
    }

    public function get_index(\Box_App $app): mixed
    {
        $this->di['is_admin_logged'];
        return $this->shown($app, '', []);
    }

    public function post_index(\Box_App $app): mixed
    {
        $this->di['is_admin_logged'];
        Line::of($this->di)->requireToken($_POST['CSRFToken'] ?? null);
        $asked = [
            'order_id' => $_POST['order_id'] ?? 0,
            'product_id' => $_POST['product_id'] ?? 0,
            'dry_run' => ($_POST['what'] ?? '') !== 'hand_over',
        ];
        try {
            // By the API, which knows what this member of the staff may do.
            $told = (string) $this->di['api_admin']->servicezimbra_hand_over($asked);
        } catch (\Exception $error) {
            $told = $error->getMessage();
        }
        return $this->shown($app, $told, $asked);
    }

    /** @param array<string, mixed> $asked */
    private function shown(\Box_App $app, string $told, array $asked): mixed
    {
        return $app->render('mod_servicezimbra_index', [
            'overview' => $this->di['api_admin']->servicezimbra_overview([]),
            'action' => $this->di['url']->adminLink('servicezimbra'),
            'order_url' => $this->di['url']->adminLink('order/manage') . '/',
            'token' => Line::of($this->di)->token(),
            'told' => $told,
            'asked' => $asked,
        ]);
    }
}
