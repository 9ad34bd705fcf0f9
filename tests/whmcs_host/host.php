<?php

/**
 * A billing host that calls provisioning modules as WHMCS does, one action a process, as an admin's
 * click or the cron is: `php host.php ACTION` with a JSON object on standard input, JSON out.
 *
 * Written from WHMCS's public documents alone. Not documented, but reported by authors of modules: that
 * values are HTML-encoded, and that a module's own functions can be called by GET and without a token.
 */

declare(strict_types=1);

require __DIR__ . '/lib/platform.php';
require __DIR__ . '/lib/module.php';
require __DIR__ . '/lib/life.php';
require __DIR__ . '/lib/admin.php';

if ($argv[1] !== 'cron') {
    define('ADMINAREA', true);
}
$given = json_decode(stream_get_contents(STDIN), false, 512, JSON_THROW_ON_ERROR);
if ($argv[1] !== 'install') {
    load_hooks();
}
$answer = match ($argv[1]) {
    'install' => install(),
    'fill' => fill($given->rows),
    'change' => change("UPDATE $given->table SET options = ? WHERE id = ?", $given->options, $given->number),
    'rows' => rows("SELECT * FROM $given->table ORDER BY 1"),
    'order' => order($given),
    'pay' => pay($given->service),
    'upgrade' => upgrade($given->service, $given->product),
    'cron' => cron($given->today),
    'retry' => retry($given->entry),
    'core' => core($given->function, $given->service, (array) ($given->more ?? [])),
    'button' => button($given->service, $given->function),
    'fields' => call_service('AdminServicesTabFields', $given->service, 'array'),
    'test' => call_server('TestConnection', $given->server, 'array'),
    'accounts' => call_server('ListAccounts', $given->server, 'array'),
    'admin-sso' => call_server('AdminSingleSignOn', $given->server, 'array'),
    'metrics' => metrics($given->server),
    'product-metrics' => product_metrics($given->module),
    'options' => product_options($given->module, $given->server),
};
echo json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
