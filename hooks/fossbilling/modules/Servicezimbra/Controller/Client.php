<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Controller;

use Box\Mod\Servicezimbra\Calls;
use Box\Mod\Servicezimbra\Line\Line;
use Box\Mod\Servicezimbra\Links;
use Box\Mod\Servicezimbra\Orders;
use Box\Mod\Servicezimbra\Service;
use FOSSBilling\InformationException;

/**
 * The customer's pages of a service, and the forms on them; each is drawn by the engine.
 *
 * An order is shown to its own client alone, while it is active. A form must bear the token of his session.
 */
class Client implements \FOSSBilling\InjectionAwareInterface
{
    private const OWN = 'puqz_';
    private const FIELD = '/^[a-z][a-z0-9_-]{0,80}$/D';
    private const MOST = 1000;
    /** Bytes of one file, 1 MiB. */
    private const LARGEST_FILE = 1048576;
    /** FOSSBilling's words for how often is paid, and the engine's. */
    private const CYCLES = [
        '1M' => 'monthly', '3M' => 'quarterly', '6M' => 'semi-annually', '1Y' => 'annually', '2Y' => 'biennially',
        '3Y' => 'triennially',
    ];

    protected ?\Pimple\Container $di = null;

    public function setDi(\Pimple\Container $di): void
    {
        $this->di = $di;
    }

    public function getDi(): ?\Pimple\Container
    {
        return $this->di;
    }

    public function register(\Box_App &$app): void
    {
        $app->get('/servicezimbra/:id', 'get_page', ['id' => '[0-9]+'], static::class);
        $app->get('/servicezimbra/profile/:server', 'get_profile', ['server' => '[0-9]+'], static::class);
        $app->get('/servicezimbra/:id/webmail', 'get_webmail', ['id' => '[0-9]+'], static::class);
        $app->post('/servicezimbra/:id', 'post_form', ['id' => '[0-9]+'], static::class);
    }

    public function get_page(\Box_App $app, $id): mixed
    {
        $order = $this->order($id);
        $reply = $this->asked('client_area', $order, [], Calls::PAGE);
        return $this->shown($app, $order, $reply);
    }

    public function post_form(\Box_App $app, $id): mixed
    {
        $order = $this->order($id);
        Line::of($this->di)->requireToken($_POST['CSRFToken'] ?? null);
        $reply = $this->asked('client_action', $order, self::form(), Calls::CLICK);
        $next = $reply['data']['next'] ?? null;
        $html = $reply['html'] ?? null;
        if (($reply['ok'] ?? null) === true && !is_string($html) && is_string($next) && $this->isAllowed($next, $order)) {
            return Line::of($this->di)->redirect($app, $next);
        }
        return $this->shown($app, $order, $reply);
    }

    /** Into the webmail, logged in. */
    public function get_webmail(\Box_App $app, $id): mixed
    {
        $order = $this->order($id);
        $reply = $this->asked('sso_service', $order, [], Calls::CLICK);
        $address = $reply['data']['url'] ?? null;
        if (($reply['ok'] ?? null) === true && is_string($address) && $this->isAllowed($address, $order)) {
            return Line::of($this->di)->redirect($app, $address);
        }
        return $this->shown($app, $order, $reply);
    }

    /**
     * A device profile at its one-use address. The phone that scanned the code is not logged in here: the token says
     * all, and the engine takes it once.
     */
    public function get_profile(\Box_App $app, $server): mixed
    {
        $token = $_GET['token'] ?? null;
        // A look at the head uses nothing up.
        $asks = ($_SERVER['REQUEST_METHOD'] ?? 'GET') === 'GET';
        if (!$asks || !is_string($token) || preg_match('/^[A-Za-z0-9_-]{20,2000}$/D', $token) !== 1) {
            throw new InformationException('Open the page of your service again.', null, 404);
        }
        $reply = Calls::forCustomers((new Calls($this->di))->profile((int) $server, $token));
        $body = $reply['data']['body'] ?? null;
        if (!is_string($body)) {
            throw new InformationException((string) $reply['message'], null, 410);
        }
        return Line::of($this->di)->file($body, 'application/x-apple-aspen-config', 'mail.mobileconfig');
    }

    private function order(mixed $id): object
    {
        if (!$this->di['auth']->isClientLoggedIn()) {
            $this->di['is_client_logged']; // 0.8 leads to the log-in by an exception, 0.7 by a header
        }
        return Orders::ofClient($this->di, $this->di['loggedin_client'], $id);
    }

    /**
     * @param array<string, string> $form
     *
     * @return array<string, mixed>
     */
    private function asked(string $event, object $order, array $form, float $seconds): array
    {
        $query = self::query();
        $call = [
            'locale' => Line::of($this->di)->locale(),
            'page' => self::text($_GET['puq_page'] ?? ''),
            'query' => (object) $query,
            'assets_url' => $this->path('modules/Servicezimbra/assets'),
            'time_zone' => date_default_timezone_get(),
            'billing' => (object) self::billing($order),
            // What we say of ourselves wins over what a browser sent under the same name.
            'form' => (object) ([
                'action' => $this->pages($order) . self::address($query),
                'page_url' => $this->pages($order) . 'puq_page=',
                'search' => $query['search'] ?? '',
                'sort' => $query['sort'] ?? '',
                'takes_files' => '1',
                'CSRFToken' => Line::of($this->di)->token(),
            ] + Links::of($this->di, $order, $this->path(...)) + $form),
        ];
        $config = Service::configOf($order);
        return (new Calls($this->di))->reply($event, $order, $config, $call, $seconds);
    }

    /** @param array<string, mixed> $reply */
    private function shown(\Box_App $app, object $order, array $reply): mixed
    {
        $html = $reply['html'] ?? null;
        if (!is_string($html)) {
            $message = (string) Calls::forCustomers($reply)['message'];
            $html = '<div class="puqz"><p role="alert">' . htmlspecialchars($message, ENT_QUOTES | ENT_SUBSTITUTE) . '</p></div>';
        }
        return $app->render('mod_servicezimbra_page', ['fragment' => $html, 'title' => (string) $order->title]);
    }

    private function pages(object $order): string
    {
        return $this->path("servicezimbra/{$order->id}") . '?';
    }

    /** A path on this host: so that it is the browser's own, whatever FOSSBilling's settings call it. */
    private function path(string $place): string
    {
        return (string) parse_url($this->di['url']->link($place), PHP_URL_PATH);
    }

    /** Whether it is a page of ours, or leads elsewhere over TLS, and holds nothing that a header could be broken with. */
    private function isAllowed(string $address, object $order): bool
    {
        return preg_match('/^[\x21-\x7e]+$/D', $address) === 1
            && (str_starts_with($address, $this->pages($order)) || str_starts_with($address, 'https://'));
    }

    /** @return array<string, string> */
    private static function billing(object $order): array
    {
        return array_filter([
            'registered' => substr((string) ($order->activated_at ?? ''), 0, 10),
            'recurring_amount' => (string) ($order->price ?? ''),
            'currency' => (string) ($order->currency ?? ''),
            'cycle' => self::CYCLES[(string) ($order->period ?? '')] ?? (string) ($order->period ?? ''),
            'next_due' => substr((string) ($order->expires_at ?? ''), 0, 10),
        ], static fn (string $value): bool => $value !== '');
    }

    /** @return array<string, string> the page's own keys, without what they begin with */
    private static function query(): array
    {
        $found = [];
        foreach (array_slice($_GET, 0, self::MOST, true) as $name => $value) {
            if (preg_match('/^' . self::OWN . '([a-z][a-z_]{0,30})$/D', (string) $name, $key) === 1) {
                $found[$key[1]] = self::text($value);
            }
        }
        return $found;
    }

    /** @param array<string, string> $query */
    private static function address(array $query): string
    {
        unset($query['notice']);
        $keys = ['puq_page' => self::text($_GET['puq_page'] ?? '')];
        foreach ($query as $name => $value) {
            $keys[self::OWN . $name] = $value;
        }
        return http_build_query(array_filter($keys, static fn (string $value): bool => $value !== ''));
    }

    /** @return array<string, string> field -> text; of several under one name, one a line */
    private static function form(): array
    {
        $form = [];
        foreach (array_slice($_POST, 0, self::MOST, true) as $name => $value) {
            if (preg_match(self::FIELD, (string) $name) === 1) {
                $texts = is_array($value) ? array_filter(array_values($value), 'is_string') : [$value];
                $form[(string) $name] = implode("\n", array_map('strval', $texts));
            }
        }
        return $form + self::files();
    }

    /** @return array<string, string> the files of the form as data URLs; the engine refuses one that is too large */
    private static function files(): array
    {
        $found = [];
        foreach ($_FILES as $name => $file) {
            $path = $file['tmp_name'] ?? '';
            if (preg_match(self::FIELD, (string) $name) === 1 && is_string($path) && is_uploaded_file($path)) {
                $content = (string) file_get_contents($path, false, null, 0, self::LARGEST_FILE + 1);
                $found[$name] = 'data:application/octet-stream;base64,' . base64_encode($content);
            }
        }
        return $found;
    }

    private static function text(mixed $value): string
    {
        return is_string($value) && preg_match('//u', $value) === 1 ? mb_substr($value, 0, 320) : '';
    }
}
