<?php

/**
 * What of FOSSBilling the product type meets, in both lines: container, database, orders, products, request.
 *
 * Source: FOSSBilling 0.7.2 and 0.8.5: `library/Box/Database.php`, `library/Box/Url.php`, `modules/Order/Service.php`
 * (_callOnService, createFromOrder), `modules/Product/Service.php` (updateConfig), `library/FOSSBilling/i18n.php`,
 * `modules/Servicehosting/Service.php` (getServerManager).
 */

declare(strict_types=1);

namespace Pimple {
    /** The container: a function is called for its value, as Pimple does, unless it is protected. */
    class Container extends \ArrayObject
    {
    }
}

namespace FOSSBilling {
    interface InjectionAwareInterface
    {
    }

    class Exception extends \Exception
    {
        public function __construct(string $message, ?array $variables = null, int $code = 0)
        {
            parent::__construct(strtr($message, $variables ?? []), $code);
        }
    }

    class InformationException extends Exception
    {
    }
}

namespace Box\Mod\Servicezimbra\Controller {
    /** A command line has no uploads of its own. */
    function is_uploaded_file(string $path): bool
    {
        return str_starts_with(basename($path), 'puqz-upload-');
    }
}

namespace {
    /** Rows of tables, by number; a row is an object that is shared as RedBean's beans are. */
    class Database
    {
        public array $tables = [];
        /** Numbers begin behind this one. */
        public int $first = 0;

        private static function table(string $model): string
        {
            $words = strtolower((string) preg_replace('/(?<!^)[A-Z]/', '_$0', $model));
            return $words === $model ? $model : $words;
        }

        public function dispense(string $model): object
        {
            return (object) ['id' => 0, 'table' => self::table($model)];
        }

        public function store(object $row): int
        {
            $row = $row instanceof Model_ClientOrder ? $row->bean : $row;
            $row->id = (int) $row->id ?: $this->first + count($this->tables[$row->table] ?? []) + 1;
            $this->tables[$row->table][$row->id] = $row;
            return $row->id;
        }

        public function trash(object $row): void
        {
            unset($this->tables[$row->table][$row->id]);
        }

        public function load(string $model, mixed $id): ?object
        {
            return self::as($model, $this->tables[self::table($model)][(int) $id] ?? null);
        }

        /** An order's model, if it was asked for by its name: else the bean. */
        private static function as(string $model, ?object $row): ?object
        {
            return $model === 'ClientOrder' && $row !== null ? new Model_ClientOrder($row) : $row;
        }

        public function getExistingModelById(string $model, mixed $id, string $message = ''): object
        {
            return $this->load($model, $id) ?? throw new FOSSBilling\Exception($message);
        }

        public function findOne(string $model, ?string $sql = null, array $values = []): ?object
        {
            $rows = $this->tables[self::table($model)] ?? [];
            $named = array_combine(array_map(static fn ($key) => ltrim((string) $key, ':'), array_keys($values)), $values);
            foreach ($rows as $row) {
                if (str_contains((string) $sql, "service_type = 'zimbra'") && ($row->service_type ?? '') !== 'zimbra') {
                    continue;
                }
                if (str_contains((string) $sql, 'service_id = ?')) {
                    $named = ['service_id' => $values[0]];
                }
                foreach ($named as $name => $value) {
                    if ((string) ($row->$name ?? '') !== (string) $value) {
                        continue 2;
                    }
                }
                return self::as($model, $row);
            }
            return null;
        }

        public function getAll(string $sql): array
        {
            if (str_contains($sql, 'JOIN service_hosting ')) {
                return hosting_accounts($this);
            }
            if (str_contains($sql, 'FROM product')) {
                return array_map(static fn (object $row) => ['id' => $row->id, 'title' => 'Mail'], $this->tables['product']);
            }
            $rows = array_filter($this->tables['service_hosting_server'], static fn ($row) => $row->manager === 'Puqzimbra');
            return array_map(static fn ($row) => ['id' => $row->id, 'name' => $row->name], array_values($rows));
        }

        public function getCell(string $sql, array $values = []): ?string
        {
            $invoice = $this->load('invoice', $values[':id']);
            return $invoice !== null && $invoice->client_id === $values[':client'] ? $invoice->hash : null;
        }

        public function exec(string $sql, array $values = []): int
        {
            if (preg_match('/^DELETE FROM (\w+) WHERE id = :id$/D', $sql, $table) === 1) {
                unset($this->tables[$table[1]][$values[':id']]);
            }
            return 0;
        }
    }

    class Model_ClientOrder
    {
        public function __construct(public object $bean)
        {
        }

        public function __get(string $name): mixed
        {
            return $this->bean->$name ?? null;
        }

        public function __set(string $name, mixed $value): void
        {
            $this->bean->$name = $value;
        }

        public function __isset(string $name): bool
        {
            return isset($this->bean->$name);
        }
    }

    class Url
    {
        public function link(?string $uri = null, ?array $params = []): string
        {
            return 'https://shop.example/' . trim((string) $uri, '/');
        }

        public function adminLink(?string $uri, ?array $params = []): string
        {
            return $this->link('admin/' . trim((string) $uri, '/'), $params);
        }
    }

    /** A product: its row in 0.7, an entity in 0.8. */
    class Product
    {
        public string $table = 'product';

        public function __construct(public int $id, public string $config)
        {
        }
    }

    class ProductEntity
    {
        public function __construct(private Product $row)
        {
        }

        public function getId(): int
        {
            return $this->row->id;
        }

        public function getConfig(): ?string
        {
            return $this->row->config;
        }

        public function setConfig(string $config): void
        {
            $this->row->config = $config;
        }
    }

    class ProductService
    {
        public function __construct(private Database $db)
        {
        }

        public function findProductById(int $id): ProductEntity
        {
            return new ProductEntity($this->db->getExistingModelById('Product', $id, 'Product not found'));
        }

        public function updateConfig(object $product, array $data): bool
        {
            $config = json_encode($data['config']);
            $product instanceof ProductEntity ? $product->setConfig($config) : $product->config = $config;
            return true;
        }
    }

    /** createFromOrder and _callOnService, for a type that is none of FOSSBilling's own. */
    class OrderService
    {
        public function __construct(private Database $db, public object $type)
        {
        }

        public function getOrderService(Model_ClientOrder $order): ?object
        {
            return ($order->service_id ?? null) === null ? null : $this->db->load('service_zimbra', $order->service_id);
        }

        public function activate(Model_ClientOrder $order): mixed
        {
            if (!is_object($this->getOrderService($order))) {
                $order->service_id = $this->on($order, 'create')->id;
            }
            try {
                $told = $this->on($order, 'activate');
            } catch (Exception $error) {
                $order->status = 'failed_setup';
                throw $error;
            }
            $order->status = 'active';
            return $told;
        }

        /** What a type is given is the bean and not its model, which is all that this service takes. */
        public function on(Model_ClientOrder $order, string $action): mixed
        {
            return $this->type->$action($this->db->findOne('client_order', null, ['id' => $order->id]), $this->getOrderService($order));
        }
    }

    class Box_App
    {
        public array $routes = [];

        public function get(string $url, string $name): void
        {
            $this->routes["GET $url"] = $name;
        }

        public function post(string $url, string $name): void
        {
            $this->routes["POST $url"] = $name;
        }

        public function redirectUrl(string $url, int $status = 302): array
        {
            return ['redirect' => $url, 'status' => $status];
        }

        public function render(string $template, array $values = []): string
        {
            return json_encode(['template' => $template] + $values, JSON_THROW_ON_ERROR);
        }
    }
}
