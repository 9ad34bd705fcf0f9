<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use PuqZimbra\Settings;

/**
 * What became of services since WHMCS's last cron: asked of the engine, and told to whom it concerns.
 *
 * An operation that outlasted WHMCS's patience goes on in the engine, and WHMCS, which was told that it
 * failed, learns here that it is done.
 *
 * Source: WHMCS developer documentation, hook "AfterCronJob", API "ModuleCreate", "UpdateClientProduct",
 * "SendEmail", "GetModuleQueue"; "Core Module Functions" (a creation sets the status and sends the welcome mail).
 */
final class News
{
    private const SERVERS = "SELECT accesshash FROM tblservers WHERE type = 'puqzimbra' AND disabled = 0 ORDER BY id";
    /** Seconds: an engine that is brought up to date is away for a while. */
    private const PATIENCE = 3600;
    /** Answers of one engine in one cron. */
    private const MOST = 10;
    /** What the customer or the host was told at once, and may correct: nothing for staff to look after. */
    private const ANSWERED = ['refused', 'invalid', 'busy', 'pending', 'superseded'];
    /** The engine's operation -> WHMCS's function, statuses from which it leads, and the one it leads to. */
    private const BECAME = [
        'create' => ['CreateAccount', ['Pending'], 'Active'],
        'suspend' => ['SuspendAccount', ['Active'], 'Suspended'],
        'unsuspend' => ['UnsuspendAccount', ['Suspended'], 'Active'],
        'restore' => ['', ['Terminated', 'Cancelled'], 'Active'],
        'terminate' => ['TerminateAccount', ['Active', 'Suspended'], 'Terminated'],
    ];
    private const QUEUE = "UPDATE tblmodulequeue SET completed = 1 WHERE service_type = 'service' AND service_id = ?"
        . " AND module_name = 'puqzimbra' AND module_action = ? AND completed = 0";

    /** Ask every engine that a server names, each once. */
    public static function read(): void
    {
        $asked = [];
        foreach (Rows::of(self::SERVERS) as $server) {
            $hash = (string) $server['accesshash'];
            try {
                $settings = Settings::read($hash, dirname(__DIR__) . '/config.php');
                $name = 'news.' . md5("$settings->engine $settings->installation");
            } catch (EngineError) {
                continue; // the server's own functions say it
            }
            if (!in_array($name, $asked, true)) {
                $asked[] = $name;
                self::readOrTell($name, $hash);
            }
        }
    }

    /** Read what is new; an engine that gives no answer for an hour is a to-do. */
    private static function readOrTell(string $name, string $hash): void
    {
        $since = (int) Kept::get("$name.away");
        try {
            self::readAll($name, $hash);
            if ($since > 0) {
                Kept::put("$name.away", '0');
            }
        } catch (EngineError $error) {
            if ($since === 0) {
                Kept::put("$name.away", (string) time());
            } elseif (time() - $since > self::PATIENCE) {
                Notices::todo('PUQ Zimbra: the mail engine gives no answer', $error->getMessage());
            }
        }
    }

    private static function readAll(string $name, string $hash): void
    {
        for ($times = 0; $times < self::MOST; ++$times) {
            $cursor = Kept::get($name);
            $answer = ModuleCall::ask('News', ['serveraccesshash' => $hash], ['cursor' => $cursor]);
            $next = is_array($answer) ? $answer['cursor'] ?? null : null;
            if (!is_string($next) || $next === $cursor) {
                return;
            }
            $ended = array_filter((array) ($answer['ended'] ?? []), 'is_array');
            $notices = array_filter((array) ($answer['notices'] ?? []), 'is_array');
            // A status is right or is put right, however often; a mail is sent once, by one cron of several.
            self::each($ended, static fn (int $service, array $rows) => self::became($service, $rows));
            if (!Kept::move($name, $cursor, $next)) {
                return;
            }
            self::each($ended, static fn (int $service, array $rows) => self::failed($service, $rows));
            self::each($notices, static fn (int $service, array $rows) => self::full($service, $rows));
            if (($answer['more'] ?? false) !== true) {
                return;
            }
        }
    }

    /**
     * Act on the rows of each service; what goes wrong with one keeps no other from its news.
     *
     * @param array<array<string, mixed>> $rows
     */
    private static function each(array $rows, callable $act): void
    {
        $services = [];
        foreach ($rows as $row) {
            $services[(int) ($row['service_id'] ?? 0)][] = $row;
        }
        foreach ($services as $service => $its) {
            try {
                $act($service, $its);
            } catch (\Throwable $error) {
                Api::log("the news of service $service were left out (" . get_class($error) . ').');
            }
        }
    }

    /**
     * Put WHMCS's status right by what was done last.
     *
     * @param list<array<string, mixed>> $rows
     */
    private static function became(int $id, array $rows): void
    {
        $last = '';
        foreach ($rows as $row) {
            $event = (string) ($row['event'] ?? '');
            // A renewal that changed something called off a termination.
            $event = $event === 'renew' && ($row['code'] ?? '') === 'updated' ? 'restore' : $event;
            $last = ($row['ok'] ?? false) === true && isset(self::BECAME[$event]) ? $event : $last;
        }
        $service = $last === '' ? null : Rows::service($id);
        [$function, $from, $to] = self::BECAME[$last] ?? ['', [], ''];
        if ($service === null || !in_array($service['domainstatus'], $from, true)) {
            return;
        }
        // The engine answers "there already" at once, and WHMCS does what it does after a creation.
        $problem = $last === 'create'
            ? Api::call('ModuleCreate', ['serviceid' => $id])
            : Standing::set($id, $to);
        if ($problem !== '') {
            $text = "Zimbra has it as $to, but WHMCS could not be told ($problem): set its status yourself.";
            self::notices($service)->staff($id, "status $to", $text);
            return;
        }
        Api::log("service $id is $to: the mail engine finished what WHMCS did not wait for.");
        try {
            Rows::write(self::QUEUE, [$id, $function]);
        } catch (\PDOException) {
            // The entry stays until staff press Retry, which changes nothing more.
        }
    }

    /**
     * Tell staff what could not be done.
     *
     * @param list<array<string, mixed>> $rows
     */
    private static function failed(int $id, array $rows): void
    {
        $failures = array_filter($rows, static fn (array $row): bool => ($row['ok'] ?? true) === false
            && ($row['event'] ?? '') !== 'client_action'
            && !in_array($row['code'] ?? '', self::ANSWERED, true));
        $service = $failures === [] ? null : Rows::service($id);
        foreach ($service === null ? [] : $failures as $row) {
            [$event, $message, $reference] = array_map(
                static fn (string $key): string => is_string($row[$key] ?? null) ? $row[$key] : '',
                ['event', 'message', 'reference']
            );
            self::notices($service)->staff($id, $event, "$message ($reference)");
        }
    }

    /**
     * Write to the customer whose storage is nearly used up: one mail for all that passed the threshold.
     *
     * @param list<array<string, mixed>> $rows
     */
    private static function full(int $id, array $rows): void
    {
        $service = Rows::service($id);
        $template = $service === null ? '' : self::notices($service)->usage;
        if ($template === '' || $service['domainstatus'] !== 'Active') {
            return;
        }
        $lines = [];
        $most = ['percent' => 0];
        foreach ($rows as $row) {
            $most = ($row['percent'] ?? 0) > $most['percent'] ? $row : $most;
            $lines[] = htmlspecialchars((string) ($row['name'] ?? ''), ENT_QUOTES | ENT_SUBSTITUTE)
                . sprintf(': %d %% (%d / %d MB)', $row['percent'] ?? 0, $row['used_mb'] ?? 0, $row['limit_mb'] ?? 0);
        }
        $fields = [
            'storage_name' => (string) ($most['name'] ?? ''),
            'storage_percent' => (string) $most['percent'],
            'storage_used_mb' => (string) ($most['used_mb'] ?? ''),
            'storage_limit_mb' => (string) ($most['limit_mb'] ?? ''),
            'storage_list' => implode('<br>', $lines),
        ];
        $problem = Api::call('SendEmail', [
            'messagename' => $template,
            'id' => $id,
            'customvars' => base64_encode(serialize($fields)),
        ]);
        if ($problem !== '') {
            $text = "The customer was not written to that the storage is nearly used up ($problem).";
            self::notices($service)->staff($id, 'mail to the customer', $text);
        }
    }

    /** @param array<string, mixed> $service */
    private static function notices(array $service): Notices
    {
        return Notices::of(Rows::product((int) $service['packageid']) ?? []);
    }
}
