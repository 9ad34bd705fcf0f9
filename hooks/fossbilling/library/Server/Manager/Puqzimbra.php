<?php

declare(strict_types=1);

use PuqZimbra\Engine;
use PuqZimbra\EngineError;
use PuqZimbra\Order;
use PuqZimbra\Settings;

// In a package the bridge lies beside Order.php, in the repository in hooks/bridge.
require_once is_file(dirname(__DIR__, 2) . '/PuqZimbra/load.php')
    ? dirname(__DIR__, 2) . '/PuqZimbra/load.php'
    : dirname(__DIR__, 4) . '/bridge/load.php';
require_once dirname(__DIR__, 2) . '/PuqZimbra/Order.php';

/**
 * Zimbra mail domains as hosting accounts of FOSSBilling; what happens is decided by the engine, puq-zimbra.
 *
 * FOSSBilling gives no id of the service, so the domain is its name at the engine as well, and the engine
 * keeps beside it whose it is: the same domain ordered by another client is refused. After the order
 * FOSSBilling knows no password any more, so none is sent that it was not given just now.
 *
 * Source: FOSSBilling 0.7, `library/Server/Manager.php`.
 */
class Server_Manager_Puqzimbra extends Server_Manager
{
    private const LIFECYCLE_SECONDS = 25.0;
    private const READING_SECONDS = 120.0;

    /** The fields of a server; the access hash takes the lines of WHMCS's, with blanks between them. */
    public static function getForm(): array
    {
        $fields = [];
        foreach (
            [
                'username' => ['text', 'Zimbra administrator', 'admin@example.test'],
                'password' => ['password', 'Password', ''],
                'accesshash' => [
                    'text',
                    'Settings, with blanks between: secret, engine, installation, ca_file, fingerprint,'
                    . ' webmail_url, admin_url',
                    'secret=whsec_… installation=crm.example webmail_url=https://mail.example.test',
                ],
            ] as $name => [$type, $label, $placeholder]
        ) {
            $fields[] = [
                'name' => $name,
                'type' => $type,
                'label' => $label,
                'placeholder' => $placeholder,
                'required' => true,
                // 0.8 gives back none of them, and keeps what is left blank of those that are marked so.
                'secret' => true,
            ];
        }
        return ['label' => 'PUQ Zimbra', 'form' => ['credentials' => ['fields' => $fields]]];
    }

    /** For an account a link that logs in, once; it is the webmail's address where none is to be had. */
    public function getLoginUrl(?Server_Account $account = null): string
    {
        if ($account !== null) {
            try {
                $link = $this->ask('sso_service', $account)['data']['url'] ?? '';
                if (is_string($link) && str_starts_with($link, 'https://')) {
                    return $link;
                }
            } catch (Server_Exception) {
                // FOSSBilling prints it among other things of the account, which are worth more.
            }
        }
        return $this->order()->webmail();
    }

    /** Zimbra's administration panel. */
    public function getResellerLoginUrl(?Server_Account $account = null): string
    {
        return $this->order()->adminPanel();
    }

    public function testConnection(): bool
    {
        $this->ask('test_connection', null);
        return true;
    }

    public function createAccount(Server_Account $account): bool
    {
        $password = self::known((string) $account->getPassword());
        $reply = $this->ask('create', $account, ['admin' => (object) ['password' => $password]], $account->getPackage());
        // Upon true FOSSBilling shows the order as active, which one that is shut is not.
        if (($reply['data']['state'] ?? 'active') !== 'active') {
            throw new Server_Exception((string) ($reply['message'] ?? 'The service is there, but not active.'));
        }
        return true;
    }

    /** The account as Zimbra has it: whether it is suspended. */
    public function synchronizeAccount(Server_Account $account): Server_Account
    {
        $client = $this->client($account);
        $listed = $this->ask('list_services', null, seconds: self::READING_SECONDS)['data']['services'] ?? [];
        $id = Order::idOf((string) $account->getDomain());
        foreach (is_array($listed) ? $listed : [] as $service) {
            if (($service['service_id'] ?? '') === $id && ($service['customer_id'] ?? $client) === $client) {
                $found = clone $account;
                $found->setSuspended(($service['suspended'] ?? null) === true);
                return $found;
            }
        }
        throw new Server_Exception("Zimbra has no mail domain that belongs to {$account->getDomain()}.");
    }

    public function suspendAccount(Server_Account $account): bool
    {
        $this->ask('suspend', $account);
        return true;
    }

    public function unsuspendAccount(Server_Account $account): bool
    {
        $this->ask('unsuspend', $account);
        return true;
    }

    public function cancelAccount(Server_Account $account): bool
    {
        $this->ask('terminate', $account);
        return true;
    }

    public function changeAccountPassword(Server_Account $account, string $newPassword): bool
    {
        $this->ask('change_password', $account, new: self::known($newPassword));
        return true;
    }

    public function changeAccountPackage(Server_Account $account, Server_Package $package): bool
    {
        $this->ask('change_package', $account, [], $package);
        return true;
    }

    public function changeAccountUsername(Server_Account $account, string $newUsername): bool
    {
        throw new Server_Exception('The username of a mail domain is not used, so it cannot be changed.');
    }

    public function changeAccountDomain(Server_Account $account, string $newDomain): bool
    {
        throw new Server_Exception('A mail domain cannot be renamed: order a new one.');
    }

    public function changeAccountIp(Server_Account $account, string $newIp): bool
    {
        throw new Server_Exception('A mail domain has no IP address of its own.');
    }

    /**
     * Ask the engine; its reply, which says that it was done.
     *
     * @param array<string, mixed> $service keys of the service besides its name and plan
     * @param Server_Package|null $package the limits, where they are of use
     *
     * @return array<string, mixed>
     *
     * @throws Server_Exception it was not done; the message is the engine's or says why there is none
     */
    private function ask(
        string $event,
        ?Server_Account $account,
        array $service = [],
        ?Server_Package $package = null,
        string $new = '',
        float $seconds = self::LIFECYCLE_SECONDS,
    ): array {
        try {
            $id = Engine::newId();
            $call = $this->order()->call($event, $id, $account, $service, $package);
            if ($new !== '') {
                $call['new_password'] = $new;
            }
            $reply = (new Engine($this->settings(), 'fossbilling'))->call($event, $call, $id, $seconds);
        } catch (EngineError $error) {
            throw new Server_Exception($error->getMessage());
        }
        if (!is_array($reply) || ($reply['ok'] ?? null) !== true) {
            $reply = is_array($reply) ? $reply : [];
            $message = (string) ($reply['message'] ?? 'The mail engine gave an answer of another kind.');
            $reference = isset($reply['reference']) ? " ({$reply['reference']})" : '';
            throw new Server_Exception($message . $reference);
        }
        return $reply;
    }

    /**
     * Ask for a service of the module Servicezimbra, which knows more of it than an account tells; the reply as it is.
     *
     * @param array<string, mixed> $more keys of the call besides the server's
     *
     * @return array<string, mixed>
     */
    public function askFor(string $event, array $more, float $seconds): array
    {
        try {
            $id = Engine::newId();
            $call = $more + $this->order()->call($event, $id, null);
            $reply = (new Engine($this->settings(), 'fossbilling'))->call($event, $call, $id, $seconds);
        } catch (EngineError | Server_Exception $error) {
            return ['ok' => false, 'code' => 'unavailable', 'message' => $error->getMessage()];
        }
        return is_array($reply) ? $reply : ['ok' => false, 'message' => 'The mail engine gave an answer of another kind.'];
    }

    private function client(Server_Account $account): string
    {
        try {
            return Order::clientOf($account);
        } catch (EngineError $error) {
            throw new Server_Exception($error->getMessage());
        }
    }

    private function settings(): Settings
    {
        // FOSSBilling's field is a single line.
        return Settings::read(trim((string) preg_replace('/\s+/', "\n", (string) $this->_config['accesshash'])));
    }

    private function order(): Order
    {
        try {
            return new Order($this->_config, $this->settings());
        } catch (EngineError $error) {
            throw new Server_Exception($error->getMessage());
        }
    }

    /** @throws Server_Exception FOSSBilling put asterisks in the password's place */
    private static function known(string $password): string
    {
        if (trim($password, '*') === '') {
            throw new Server_Exception('FOSSBilling does not know the password any more: give a new one.');
        }
        return $password;
    }
}
