<?php

/**
 * What of WHMCS the module meets, written from its public documentation. Whoever defines a function or
 * class of WHMCS's before this is included keeps his own.
 *
 * Source: WHMCS developer documentation, "Module Logging", "Hooks", "Interacting With The Database", "Usage
 * Metrics", "Custom Actions"; class documentation, `WHMCS\UsageBilling`, `WHMCS\Module\Server`.
 */

declare(strict_types=1);

namespace {
    defined('WHMCS') || define('WHMCS', true);

    /** What was logged, hooked and stored; the tests read and fill it. */
    final class Stub
    {
        /** @var list<array<mixed>> arguments of logModuleCall */
        public static array $moduleLog = [];
        /** @var list<string> */
        public static array $activityLog = [];
        /** @var array<string, list<callable>> */
        public static array $hooks = [];
        /** @var list<array{string, string}> name and displayed name */
        public static array $gateways = [];
        public static string $language = '';
        /** WHMCS's own, as its general settings hold it. */
        public static string $address = '';
        /** Names of the person who is logged in, on WHMCS 8 and newer. */
        public static ?string $user = null;
        public static ?string $admin = null;
        /** Language of that administrator. */
        public static ?string $adminLanguage = null;
        public static string $token = '';
        /** PDO's data source name of the database with tblhosting */
        public static string $database = 'sqlite::memory:';
        /** Folder of the module, whose lib/ WHMCS finds classes in. */
        public static string $module = '';
        /** @var list<array{string, array<mixed>}> commands of localAPI that write, and their values */
        public static array $api = [];
        /** @var array<string, array<mixed>> command -> what it answers; none = success */
        public static array $answers = [];
        /** @var array<string, mixed> `$params` with which ModuleChangePackage calls the module; none = it does not */
        public static array $packages = [];
    }

    /** What a service's model keeps: properties by name. */
    final class Properties
    {
        public function save(array $values): void
        {
            Stub::$api[] = ['serviceProperties', $values];
        }
    }

    spl_autoload_register(static function (string $class): void {
        $prefix = 'WHMCS\\Module\\Server\\Puqzimbra\\';
        $file = Stub::$module . '/lib/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    });

    if (!function_exists('logModuleCall')) {
        function logModuleCall($module, $action, $request, $response, $processed = '', $replace = [])
        {
            Stub::$moduleLog[] = [$module, $action, $request, $response, $processed, $replace];
        }
    }
    if (!function_exists('logActivity')) {
        function logActivity($text, $client = 0)
        {
            Stub::$activityLog[] = $text;
        }
    }
    if (!function_exists('add_hook')) {
        function add_hook($point, $priority, $function)
        {
            Stub::$hooks[$point][] = $function;
        }
    }
    if (!function_exists('generate_token')) {
        function generate_token($type = 'form')
        {
            return Stub::$token;
        }
    }
    if (!function_exists('check_token')) {
        function check_token($type = 'WHMCS.default')
        {
            if (!hash_equals(Stub::$token, (string) ($_POST['token'] ?? ''))) {
                throw new RuntimeException('Invalid Token'); // WHMCS ends the request
            }
        }
    }
    if (!function_exists('localAPI')) {
        function localAPI($command, $values, $admin = '')
        {
            if ($command === 'GetPaymentMethods') {
                $methods = [];
                foreach (Stub::$gateways as [$module, $name]) {
                    $methods[] = ['module' => $module, 'displayname' => $name];
                }
                return ['result' => 'success', 'paymentmethods' => ['paymentmethod' => $methods]];
            }
            if ($command === 'DecryptPassword') {
                return ['result' => 'success', 'password' => strrev($values['password2'])];
            }
            Stub::$api[] = [$command, $values];
            if ($command === 'ModuleChangePackage' && Stub::$packages !== []) {
                $told = puqzimbra_ChangePackage(Stub::$packages);
                return $told === 'success' ? ['result' => 'success'] : ['result' => 'error', 'message' => $told];
            }
            return Stub::$answers[$command] ?? ['result' => 'success'];
        }
    }
}

namespace WHMCS\Config {
    if (!class_exists(Setting::class, false)) {
        class Setting
        {
            public static function getValue($name)
            {
                return match ($name) {
                    'Language' => \Stub::$language,
                    'SystemURL' => \Stub::$address,
                    default => null,
                };
            }
        }
    }
}

namespace WHMCS\Authentication {
    if (!class_exists(CurrentUser::class, false)) {
        class CurrentUser
        {
            public function user(): ?object
            {
                return \Stub::$user === null ? null : (object) ['fullName' => \Stub::$user];
            }

            public function admin(): ?object
            {
                return \Stub::$admin === null ? null : (object) [
                    'fullName' => \Stub::$admin, 'language' => \Stub::$adminLanguage,
                ];
            }
        }
    }
}

namespace WHMCS\Database {
    if (!class_exists(Capsule::class, false)) {
        class Connection
        {
            private ?\PDO $pdo = null;
            private string $opened = '';

            public function getPdo(): \PDO
            {
                // A test may name its database after an earlier call has asked for one.
                if ($this->opened !== \Stub::$database) {
                    [$this->pdo, $this->opened] = [null, \Stub::$database];
                }
                return $this->pdo ??= new \PDO(
                    \Stub::$database,
                    options: [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION, \PDO::ATTR_EMULATE_PREPARES => false]
                );
            }

            public function reconnect(): void
            {
                $this->pdo = null;
            }
        }

        class Capsule
        {
            private static ?Connection $connection = null;

            public static function connection(): Connection
            {
                return self::$connection ??= new Connection();
            }
        }
    }
}

namespace WHMCS\UsageBilling\Contracts\Metrics {
    if (!interface_exists(ProviderInterface::class, false)) {
        interface UsageInterface
        {
            public function value();
        }

        interface MetricInterface
        {
            public const TYPE_SNAPSHOT = 'snapshot';
            public const TYPE_PERIOD_DAY = 'day';
            public const TYPE_PERIOD_MONTH = 'month';

            public function usage();

            public function withUsage(?UsageInterface $usage = null);

            public function units();

            public function systemName();

            public function displayName();

            public function type();
        }

        interface ProviderInterface
        {
            public function metrics();

            public function usage();

            public function tenantUsage($tenant);
        }
    }
}

namespace WHMCS\UsageBilling\Metrics\Units {
    if (!class_exists(Accounts::class, false)) {
        abstract class AbstractUnit
        {
            public function __construct(public string $name = '')
            {
            }
        }

        class Accounts extends AbstractUnit
        {
        }

        class Domains extends AbstractUnit
        {
        }

        class GigaBytes extends AbstractUnit
        {
        }

        class WholeNumber extends AbstractUnit
        {
        }
    }
}

namespace WHMCS\UsageBilling\Metrics {
    use WHMCS\UsageBilling\Contracts\Metrics\MetricInterface;
    use WHMCS\UsageBilling\Contracts\Metrics\UsageInterface;

    if (!class_exists(Metric::class, false)) {
        class Usage implements UsageInterface
        {
            public function __construct(private $value)
            {
            }

            public function value()
            {
                return $this->value;
            }
        }

        class Metric implements MetricInterface
        {
            private ?UsageInterface $usage = null;

            public function __construct(private $system, private $display, private $type, private $units)
            {
            }

            public function usage()
            {
                return $this->usage;
            }

            public function withUsage(?UsageInterface $usage = null)
            {
                $metric = clone $this;
                $metric->usage = $usage;
                return $metric;
            }

            public function units()
            {
                return $this->units;
            }

            public function systemName()
            {
                return $this->system;
            }

            public function displayName()
            {
                return $this->display;
            }

            public function type()
            {
                return $this->type;
            }
        }
    }
}

namespace WHMCS\Module\Server {
    if (!class_exists(CustomActionCollection::class, false)) {
        class CustomAction
        {
            public function __construct(
                public string $identifier,
                public string $display,
                public $callable,
                public array $params,
                public array $permissions,
            ) {
            }

            public static function factory(
                string $identifier,
                string $display,
                $callable,
                array $params = [],
                array $permissions = [],
                bool $active = true
            ): self {
                return new self($identifier, $display, $callable, $params, $permissions);
            }
        }

        class CustomActionCollection
        {
            /** @var list<CustomAction> */
            public array $items = [];

            public function add(CustomAction $action)
            {
                $this->items[] = $action;
                return $this;
            }
        }
    }
}
