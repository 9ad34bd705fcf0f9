<?php

/**
 * What an admin sees of a module: buttons, product settings with their loaders, metrics.
 *
 * Source: WHMCS developer documentation, "Custom Functions", "Config Options", "Usage Metrics".
 */

declare(strict_types=1);

/** Make the tables. */
function install(): bool
{
    $lines = preg_grep('/^\s*--/', file(__DIR__ . '/tables.sql'), PREG_GREP_INVERT);
    foreach (array_filter(array_map('trim', explode(';', implode('', $lines)))) as $statement) {
        change($statement);
    }
    return true;
}

/** Add rows, `[table, columns]` each; passwords as they were typed. */
function fill(array $rows): void
{
    foreach ($rows as [$table, $columns]) {
        $columns = (array) $columns;
        if (isset($columns['password'])) {
            $columns['password'] = encrypt($columns['password']);
        }
        add($table, $columns);
    }
}

/** An admin's click on one of the module's own buttons. */
function button(int $id, string $function): string
{
    $buttons = call_service('AdminCustomButtonArray', $id, 'array');
    if (!in_array($function, $buttons, true)) {
        throw new LogicException("no button calls $function");
    }
    return call_service($function, $id, 'string');
}

/** Metrics as the host stores them: tenant -> metric -> value. */
function metrics(int $server): array
{
    $provider = call_server('MetricProvider', $server, \WHMCS\UsageBilling\Contracts\Metrics\ProviderInterface::class);
    $values = fn (array $metrics) => array_map(fn ($metric) => $metric->usage()->value(), named($metrics));
    $tenants = [];
    foreach ($provider->usage() as $tenant => $metrics) {
        $tenants[$tenant] = $values($metrics);
        if ($values($provider->tenantUsage($tenant)) != $tenants[$tenant]) {
            throw new LogicException("the metrics of $tenant alone are others");
        }
    }
    return $tenants;
}

/** Metrics of a product, which has no server: name -> unit. */
function product_metrics(string $module): array
{
    $provider = module_function($module, 'MetricProvider')([]);
    return array_map(
        fn ($metric) => (new ReflectionClass($metric->units()))->getShortName(),
        named($provider->metrics())
    );
}

/** By the metrics' own names. */
function named(array $metrics): array
{
    return array_combine(array_map(fn ($metric) => $metric->systemName(), $metrics), $metrics);
}

/** The settings of a product, with what their loaders offer. */
function product_options(string $module, int $server): array
{
    $fields = module_function($module, 'ConfigOptions')(
        ['producttype' => 'hostingaccount', 'isAddon' => false, 'action' => 'ConfigOptions']
    );
    foreach ($fields as $name => $field) {
        if ($loader = $field['Loader'] ?? null) {
            try {
                $function = module_function($module, $loader) ?? $loader;
                $fields[$name]['Loaded'] = $function(server_params($server));
            } catch (Exception $error) {
                $fields[$name]['LoadError'] = $error->getMessage();
            }
        }
    }
    return $fields;
}
