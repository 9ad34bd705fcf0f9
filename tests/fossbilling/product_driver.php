<?php

/**
 * Calls the product type as FOSSBilling does, of the line that PUQZ_LINE names: a JSON object a line, one back for each.
 *
 *   {"function": "setup", "params": {"server": {…}, "product": {…}}}
 *   {"function": "order", "params": {"client": 7, "product": 1, "data": {…}}}     the new order's number; "staff": true of theirs
 *   {"function": "activate", "params": {"order": 1}}, and suspend, unsuspend, renew, cancel, uncancel, delete
 *   {"function": "get", "params": {"client": 7, "order": 1, "get": {…}}}          the page; "post" with a form
 *   {"function": "hosting", "params": {"client": 7, "domain": "…"}}               an order of the server manager's
 *   {"function": "staff", "params": {"post": {…}}}                                the staff's page
 *   {"function": "api", "params": {"as": "admin", "call": "save_settings", "client": 7, "data": {…}}}
 *
 * Usage: php product_driver.php FOSSBILLING_FOLDER
 */

declare(strict_types=1);

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if (error_reporting() & $level) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }
    return true;
});

require __DIR__ . '/product_stubs.php';
require __DIR__ . '/stubs.php';
require __DIR__ . '/hosting_stubs.php';
require __DIR__ . (getenv('PUQZ_LINE') === '0.8' ? '/line08.php' : '/line07.php');
require $argv[1] . '/library/Server/Manager/Puqzimbra.php';
spl_autoload_register(static function (string $class) use ($argv): void {
    if (str_starts_with($class, 'Box\Mod\Servicezimbra\\')) {
        require "{$argv[1]}/modules/" . str_replace('\\', '/', substr($class, strlen('Box\Mod\\'))) . '.php';
    }
});

$di = new Pimple\Container();
$di['db'] = $db = new Database();
$di['url'] = new Url();
$di['auth'] = new Auth();
$type = new Box\Mod\Servicezimbra\Service();
$type->setDi($di);
$orders = new OrderService($db, $type);
$di['is_admin_logged'] = true;
$di['api_admin'] = new AdminApis(static fn (string $call, array $data) => call_api($di, $type, 'admin', 0, $call, $data));
$services = ['order' => $orders, 'product' => new ProductService($db), 'servicehosting' => new HostingService()];
$di['mod_service'] = static fn (string $name): object => $services[$name];
stub_line($di);

/** The order as FOSSBilling makes it of a cart: the type's settings, then its check. */
function make_order(object $type, Database $db, array $asked): int
{
    $type->getDi()['auth']->admin = $asked['staff'] ?? false;
    $product = $type->line()->product($asked['product']);
    $config = $type->attachOrderConfig($product, $asked['data']);
    $type->validateOrderData($config);
    return $db->store((object) [
        'id' => 0, 'table' => 'client_order', 'client_id' => $asked['client'], 'product_id' => $asked['product'],
        'service_type' => 'zimbra', 'service_id' => null, 'status' => 'pending_setup', 'title' => 'Mail',
        'price' => '49.00', 'currency' => 'PLN', 'period' => '1M', 'config' => json_encode($config),
    ]);
}

/** A request of a browser to the module's own address. */
function browse(Pimple\Container $di, string $method, array $asked): mixed
{
    $_GET = $asked['get'] ?? [];
    $_POST = ($asked['post'] ?? []) + (($asked['token'] ?? true) ? ['CSRFToken' => session_token($di)] : []);
    $_FILES = array_map(static fn (string $path): array => ['tmp_name' => $path], $asked['files'] ?? []);
    $di['auth']->client = isset($asked['client']) ? (object) ['id' => $asked['client']] : null;
    $di['loggedin_client'] = $di['auth']->client;
    $controller = new Box\Mod\Servicezimbra\Controller\Client();
    $controller->setDi($di);
    $app = new Box_App();
    $controller->register($app);
    return $controller->{$app->routes["$method " . ($asked['to'] ?? '/servicezimbra/:id')]}($app, (string) $asked['order']);
}

/** The staff's page, or a form of it. */
function staff_page(Pimple\Container $di, array $asked): mixed
{
    $_POST = ($asked['post'] ?? []) + (($asked['token'] ?? true) ? ['CSRFToken' => session_token($di)] : []);
    $controller = new Box\Mod\Servicezimbra\Controller\Admin();
    $controller->setDi($di);
    $app = new Box_App();
    $controller->register($app);
    return $controller->{$app->routes[(isset($asked['post']) ? 'POST' : 'GET') . ' /servicezimbra']}($app);
}

function call_api(Pimple\Container $di, object $type, string $as, int $client, string $call, array $data): mixed
{
    $class = 'Box\Mod\Servicezimbra\Api\\' . ucfirst($as);
    $api = new $class();
    $api->setDi($di);
    $api->setService($type);
    $api->setIdentity((object) ['id' => $client]);
    return $api->$call($data);
}

function carry_out(string $function, array $asked, Pimple\Container $di, object $type, OrderService $orders): mixed
{
    $db = $di['db'];
    if ($function === 'setup') {
        foreach ($asked['servers'] as $id => $server) {
            $row = ['id' => $id, 'table' => 'service_hosting_server', 'name' => "Mail $id"];
            $db->store((object) ($row + ['manager' => 'Puqzimbra', 'settings' => $server]));
        }
        foreach ($asked['products'] as $id => $config) {
            $db->store(new Product($id, json_encode($config)));
        }
        $db->first = $asked['first'] ?? 0;
        return $type->install();
    }
    if ($function === 'order') {
        return make_order($type, $db, $asked);
    }
    if ($function === 'hosting') {
        return make_hosting($di, $di['mod_service']('servicehosting'), $asked);
    }
    if ($function === 'put_back') {
        return put_back($db, $asked);
    }
    if ($function === 'staff') {
        return staff_page($di, $asked);
    }
    if ($function === 'status') {
        $order = $db->load('ClientOrder', $asked['order']);
        $order->status = $asked['status'] ?? $order->status;
        $service = $orders->getOrderService($order);
        return ['status' => $order->status, 'type' => $order->service_type, 'config' => json_decode($order->config, true)]
            + ['service' => $service === null ? null : $type->toApiArray($service, true, $asked['order'])];
    }
    if ($function === 'get' || $function === 'post') {
        return browse($di, strtoupper($function), $asked);
    }
    if ($function === 'api') {
        return call_api($di, $type, $asked['as'], $asked['client'] ?? 0, $asked['call'], $asked['data']);
    }
    $order = $db->load('ClientOrder', $asked['order']);
    return $function === 'activate' ? $orders->activate($order) : $orders->on($order, $function);
}

// Not by echo: PHP takes that for the page's beginning, after which no session can be started.
$tell = static fn (array $told): int|false => fwrite(STDOUT, json_encode($told + ['log' => [], 'activity' => []]) . "\n");
register_shutdown_function(static fn () => $tell(['type' => 'exit', 'value' => $GLOBALS['headers'] ?? []]));
fwrite(STDOUT, "ready\n");
while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
    try {
        $value = carry_out($asked['function'], $asked['params'], $di, $type, $orders);
        $tell(['type' => get_debug_type($value), 'value' => $value]);
    } catch (Throwable $error) {
        $tell(['thrown' => $error->getMessage(), 'type' => get_class($error), 'value' => $error->getCode()]);
    }
}
