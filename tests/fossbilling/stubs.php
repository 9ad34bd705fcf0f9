<?php

/**
 * What of FOSSBilling the server manager meets: the abstract methods and the values that it is given.
 *
 * Source: FOSSBilling 0.7, `library/Server/Manager.php`, `Account.php`, `Client.php`, `Package.php`,
 * `Exception.php`, `library/Box/Database.php`.
 */

declare(strict_types=1);

class Server_Exception extends Exception
{
    public function __construct(string $message, ?array $variables = null, int $code = 0)
    {
        parent::__construct($message, $code);
    }
}

class Server_Client
{
    public function __construct(private array $values)
    {
    }

    public function getId(): ?int
    {
        return $this->values['id'] ?? null;
    }

    public function getEmail(): ?string
    {
        return $this->values['email'] ?? null;
    }
}

/** FOSSBilling's database, as far as it is asked for clients. */
class Clients
{
    public function __construct(private array $ids)
    {
    }

    public function findOne(string $model, ?string $sql = null, array $values = []): ?object
    {
        if ($model !== 'Client' || $sql !== 'email = ?') {
            throw new LogicException('The stub has no such query.');
        }
        return isset($this->ids[$values[0]]) ? (object) ['id' => (string) $this->ids[$values[0]]] : null;
    }
}

class Server_Package
{
    public function __construct(private array $values)
    {
    }

    public function getName(): ?string
    {
        return $this->values['name'] ?? 'FOSSBilling';
    }

    public function getQuota(): ?string
    {
        return $this->values['quota'] ?? null;
    }

    public function getMaxPop(): ?string
    {
        return $this->values['max_pop'] ?? null;
    }

    public function getCustomValue(string $param): ?string
    {
        return $this->values['custom'][$param] ?? null;
    }
}

class Server_Account
{
    private ?bool $suspended = null;

    public function __construct(private array $values)
    {
    }

    public function getDomain(): ?string
    {
        return $this->values['domain'] ?? null;
    }

    public function getUsername(): ?string
    {
        return $this->values['username'] ?? null;
    }

    public function getPassword(): ?string
    {
        return $this->values['password'] ?? null;
    }

    public function getClient(): ?Server_Client
    {
        return isset($this->values['client']) ? new Server_Client($this->values['client']) : null;
    }

    public function getPackage(): Server_Package
    {
        return new Server_Package($this->values['package'] ?? []);
    }

    public function getSuspended(): ?bool
    {
        return $this->suspended;
    }

    public function setSuspended(bool $suspended): static
    {
        $this->suspended = $suspended;
        return $this;
    }
}

abstract class Server_Manager
{
    protected array $_config = [
        'ip' => null, 'host' => null, 'secure' => false, 'username' => null, 'password' => null,
        'accesshash' => null, 'config' => null, 'port' => null, 'passwordLength' => null,
    ];

    public function __construct(array $options)
    {
        $this->_config = array_intersect_key($options, $this->_config) + $this->_config;
        $this->init();
    }

    protected function init()
    {
    }

    abstract public function getLoginUrl(?Server_Account $account);

    abstract public function getResellerLoginUrl(?Server_Account $account);

    abstract public function testConnection();

    abstract public function createAccount(Server_Account $account);

    abstract public function synchronizeAccount(Server_Account $account);

    abstract public function suspendAccount(Server_Account $account);

    abstract public function unsuspendAccount(Server_Account $account);

    abstract public function cancelAccount(Server_Account $account);

    abstract public function changeAccountPassword(Server_Account $account, string $newPassword);

    abstract public function changeAccountUsername(Server_Account $account, string $newUsername);

    abstract public function changeAccountDomain(Server_Account $account, string $newDomain);

    abstract public function changeAccountIp(Server_Account $account, string $newIp);

    abstract public function changeAccountPackage(Server_Account $account, Server_Package $package);
}
