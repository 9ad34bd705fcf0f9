<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use WHMCS\UsageBilling\Contracts\Metrics\MetricInterface;
use WHMCS\UsageBilling\Contracts\Metrics\ProviderInterface;
use WHMCS\UsageBilling\Metrics\Metric;
use WHMCS\UsageBilling\Metrics\Units\Accounts;
use WHMCS\UsageBilling\Metrics\Units\Domains;
use WHMCS\UsageBilling\Metrics\Units\GigaBytes;
use WHMCS\UsageBilling\Metrics\Units\WholeNumber;
use WHMCS\UsageBilling\Metrics\Usage as Measured;

if (!interface_exists(ProviderInterface::class)) {
    return; // opened by itself, or by a WHMCS without usage billing
}

/**
 * What a provider can bill by. The tenant is the service's domain, or the address of a mailbox sold alone.
 *
 * Source: WHMCS developer documentation, "Usage Metrics".
 */
final class Metrics implements ProviderInterface
{
    /** @var array<string, array<string, int|float>>|null */
    private ?array $tenants = null;

    /** @param array<string, mixed> $params WHMCS's; without a server when a product is set up */
    public function __construct(private array $params)
    {
    }

    /**
     * All metrics, without asking anybody.
     *
     * @return array<string, MetricInterface>
     */
    public function metrics()
    {
        $metrics = [];
        foreach (Answers::declared('metrics') as $one) {
            $shown = Words::metric($one);
            $unit = match ($one['unit']) {
                'Accounts' => new Accounts($shown),
                'Domains' => new Domains($shown),
                'GigaBytes' => new GigaBytes(),
                default => new WholeNumber($shown),
            };
            $type = MetricInterface::TYPE_SNAPSHOT;
            $metrics[$one['systemName']] = new Metric($one['systemName'], $shown, $type, $unit);
        }
        return $metrics;
    }

    /**
     * What every tenant uses; nobody, when that is not known.
     *
     * @return array<string, array<string, MetricInterface>>
     */
    public function usage()
    {
        return array_map(fn (array $figures): array => $this->measured($figures), $this->tenants());
    }

    /**
     * What one tenant uses.
     *
     * @return array<string, MetricInterface>
     */
    public function tenantUsage($tenant)
    {
        $wanted = mb_strtolower(trim((string) $tenant));
        foreach ($this->tenants() as $name => $figures) {
            if (mb_strtolower((string) $name) === $wanted) {
                return $this->measured($figures);
            }
        }
        return [];
    }

    /**
     * @param array<string, int|float> $figures
     *
     * @return array<string, MetricInterface>
     */
    private function measured(array $figures): array
    {
        $measured = [];
        foreach ($this->metrics() as $name => $metric) {
            // Not by truth: zero is a figure.
            if (is_int($figures[$name] ?? null) || is_float($figures[$name] ?? null)) {
                $measured[$name] = $metric->withUsage(new Measured($figures[$name]));
            }
        }
        return $measured;
    }

    /** @return array<string, array<string, int|float>> */
    private function tenants(): array
    {
        if ($this->tenants === null) {
            try {
                $answer = ModuleCall::ask('MetricProvider', $this->params);
                Words::keep($answer['classes'] ?? null);
                $usage = is_array($answer) ? $answer['usage'] ?? null : null;
                $this->tenants = array_filter(is_array($usage) ? $usage : [], 'is_array');
                $this->tenants = $this->typed($this->tenants, $answer['services'] ?? []);
            } catch (\Throwable) {
                return []; // it is in the module log; no figure is better than a wrong one
            }
        }
        return $this->tenants;
    }

    /**
     * The figures under the names that WHMCS has for the services.
     *
     * @param array<string, array<string, int|float>> $tenants
     *
     * @return array<string, array<string, int|float>>
     */
    private function typed(array $tenants, mixed $services): array
    {
        if (!is_array($services) || $services === []) {
            return $tenants;
        }
        $ids = array_flip(array_filter($services, 'is_scalar'));
        $domains = array_intersect_key(Typed::domains((int) ($this->params['serverid'] ?? 0)), $ids);
        $shared = array_count_values($domains);
        $named = [];
        foreach ($tenants as $name => $figures) {
            $domain = $domains[$services[$name] ?? 0] ?? '';
            // Of several mailboxes sold under one domain, none is that domain.
            $named[($shared[$domain] ?? 0) === 1 ? $domain : $name] = $figures;
        }
        return $named;
    }
}
