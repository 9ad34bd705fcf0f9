<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra;

use FOSSBilling\InformationException;

/**
 * What a product grants: its settings in FOSSBilling, checked when they are saved, and the engine's plan of them.
 *
 * An order keeps a copy, so that a product that is changed later changes no service that was sold before.
 *
 * Source: `puq-zimbra hook fossbilling describe` (Plan, Terminate).
 */
final class Sold
{
    private const COUNTS = ['mailboxes', 'aliases', 'lists', 'domain_aliases'];
    private const SIZES = ['mailbox_quota', 'domain_quota', 'disk'];
    private const CHOICES = [
        'model' => ['domain', 'mailbox', 'server'],
        'suspend_mode' => ['locked', 'maintenance', 'closed'],
        'terminate' => ['', 'grace', 'keep', 'delete'],
        'self_service' => ['look', 'standard', 'full'],
    ];
    /** Settings that say nothing of a model, so that nobody believes them to hold. */
    private const NOT_OF = [
        'domain' => ['disk'],
        'mailbox' => ['disk', 'mailboxes', 'domain_quota', 'aliases', 'lists', 'domain_aliases', 'administrator'],
        'server' => [],
    ];
    /** Events that grant what was bought, or show it. */
    private const GRANTING = ['create', 'adopt', 'plan', 'change_package'];
    private const SHOWING = ['client_area', 'client_action'];

    /**
     * The fields of a product's settings, as its form shows them.
     *
     * @param array<string, mixed> $config
     * @param array<string, list<string>> $offered what can be chosen, for fields whose choices others know
     *
     * @return list<array<string, mixed>>
     */
    public static function fields(array $config, array $offered): array
    {
        $labels = [
            'server_id' => 'Server (of the server manager PUQ Zimbra)',
            'model' => 'What is sold: a domain, one mailbox in a domain of yours, or a Zimbra of its own (server)',
            'cos' => 'Class of service; blank: the server\'s default',
            'mailboxes' => 'Mailboxes; blank: unlimited',
            'mailbox_quota' => 'Size of one mailbox, such as 5 GB; blank: unlimited',
            'domain_quota' => 'Size of the whole domain, such as 50 GB; blank: unlimited',
            'disk' => 'Model server: disk space that was agreed, such as 500 GB',
            'aliases' => 'Aliases; blank: unlimited',
            'lists' => 'Lists; blank: unlimited',
            'domain_aliases' => 'Further domains; blank: unlimited',
            'suspend_mode' => 'While it is not paid',
            'terminate' => 'When it ends: grace keeps the mail for some days, keep for ever, delete deletes it at once;'
                . ' blank: grace, and a server is kept',
            'grace_days' => 'Days of grace; blank: 14',
            'administrator' => 'Mailbox of the administrator; blank: admin',
            'self_service' => 'What the customer may do on his page',
        ];
        $fields = [];
        foreach ($labels as $name => $label) {
            $options = $offered[$name] ?? self::CHOICES[$name] ?? null;
            $fields[] = [
                'name' => $name,
                'label' => $label,
                'value' => (string) ($config[$name] ?? (self::CHOICES[$name][0] ?? '')),
                'options' => $options,
            ];
        }
        return $fields;
    }

    /**
     * The settings that were typed, each as it is stored; blank ones are left out.
     *
     * @param array<string, mixed> $typed
     * @param array<string, list<string>> $offered
     *
     * @return array<string, string>
     *
     * @throws InformationException one of them is not known, or cannot be what it says
     */
    public static function checked(array $typed, array $offered): array
    {
        $checked = [];
        foreach ($typed as $name => $value) {
            $value = is_scalar($value) ? trim((string) $value) : null;
            if ($value === null || !self::isRight((string) $name, $value, $offered)) {
                throw new InformationException('The setting :name cannot be :value.', [
                    ':name' => (string) $name,
                    ':value' => $value ?? 'several values',
                ]);
            }
            if ($value !== '') {
                $checked[$name] = $value;
            }
        }
        if (!isset($checked['server_id'])) {
            throw new InformationException('Choose a server.');
        }
        $model = self::model($checked);
        foreach (array_intersect(self::NOT_OF[$model], array_keys($checked)) as $name) {
            throw new InformationException('The setting :name is not of the model :model: leave it blank.', [
                ':name' => $name,
                ':model' => $model,
            ]);
        }
        return $checked;
    }

    /** @param array<string, mixed> $config */
    public static function model(array $config): string
    {
        return (string) ($config['model'] ?? '') ?: 'domain';
    }

    /**
     * What was bought, in the engine's words: its model, and its domain or its address.
     *
     * @param array<string, mixed> $config
     *
     * @return array<string, mixed>
     */
    public static function bought(array $config): array
    {
        $name = trim((string) ($config['domain'] ?? ''));
        $disk = self::given($config, ['disk']);
        return match (self::model($config)) {
            'mailbox' => ['model' => 'mailbox', 'mailbox' => (object) ['address' => $name]],
            'server' => ['model' => 'server', 'domain' => $name] + $disk,
            default => ['domain' => $name],
        };
    }

    /** @param array<string, list<string>> $offered */
    private static function isRight(string $name, string $value, array $offered): bool
    {
        $chosen = $offered[$name] ?? self::CHOICES[$name] ?? null;
        if ($chosen !== null) {
            return $value === '' || in_array($value, array_map('strval', $chosen), true);
        }
        $shape = match (true) {
            in_array($name, self::COUNTS, true) => '/^[0-9]{0,9}$/D',
            in_array($name, self::SIZES, true) => '/^([0-9]{1,12}( ?[MGT]B)?)?$/D',
            $name === 'grace_days' => '/^([1-9][0-9]{0,3})?$/D',
            $name === 'administrator' => '/^([a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?)?$/D',
            $name === 'cos' => '/^[^\x00-\x1f\x7f]{0,256}$/D',
            default => '/^(?!)/',
        };
        return preg_match($shape, $value) === 1;
    }

    /**
     * The plan of an order, with what an event has to do with: no mistyped limit may prevent a suspension.
     *
     * @param array<string, mixed> $config
     *
     * @return array<string, mixed>
     */
    public static function plan(string $event, array $config): array
    {
        $grants = in_array($event, self::GRANTING, true);
        $limits = ['cos', ...self::COUNTS, ...array_diff(self::SIZES, ['disk'])];
        $names = $grants || in_array($event, self::SHOWING, true) ? $limits : [];
        if ($names !== [] || in_array($event, ['suspend', 'terminate'], true)) {
            $names[] = 'suspend_mode';
        }
        $plan = self::given($config, $names);
        if (in_array($event, self::SHOWING, true) || $grants) {
            $plan += isset($config['self_service']) ? ['self_service' => [(string) $config['self_service']]] : [];
        }
        if ($grants || $event === 'terminate') {
            $days = (string) ($config['grace_days'] ?? '');
            $mode = (string) ($config['terminate'] ?? '');
            // Without a mode the engine's own: grace, and a private server is kept.
            $plan['terminate'] = (object) (
                ($mode === '' ? [] : ['mode' => $mode])
                + ($days === '' ? [] : ['grace_days' => ctype_digit($days) ? (int) $days : $days])
            );
        }
        return $plan;
    }

    /**
     * @param array<string, mixed> $config
     * @param list<string> $names
     *
     * @return array<string, string>
     */
    private static function given(array $config, array $names): array
    {
        $given = [];
        foreach ($names as $name) {
            $value = trim((string) ($config[$name] ?? ''));
            if ($value !== '') {
                $given[$name] = $value;
            }
        }
        return $given;
    }
}
