<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * Who is told what of a product's services, by its one setting *Notices*.
 *
 *     usage=NAME; failures=todo
 *
 * `usage` names the e-mail template for customers whose storage is nearly used up; without it none is sent.
 * `failures` says how staff hear of what the engine could not do: `todo` (also where nothing is said),
 * `mail`, `ticket:NUMBER` of a department, or `none`.
 *
 * Source: WHMCS developer documentation, API "SendAdminEmail", "OpenTicket"; no command adds to the to-do
 * list, so its table is written.
 */
final class Notices
{
    /** N of configoptionN; the order of the settings is frozen. */
    private const SETTING = 15;

    /**
     * @param string $usage name of a template, or nothing
     * @param string $failures todo, mail, ticket:NUMBER or none
     */
    private function __construct(public readonly string $usage, private string $failures)
    {
    }

    /**
     * As a product has it.
     *
     * @param array<string, mixed> $product a row of tblproducts
     */
    public static function of(array $product): self
    {
        $given = [];
        $text = htmlspecialchars_decode((string) ($product['configoption' . self::SETTING] ?? ''), ENT_QUOTES);
        foreach (explode(';', $text) as $part) {
            [$key, $value] = array_map('trim', explode('=', $part, 2) + ['', '']);
            $given[strtolower($key)] = $value;
        }
        return new self($given['usage'] ?? '', strtolower($given['failures'] ?? ''));
    }

    /** Tell staff; the same of a service once a day, and no second time while the to-do is open. */
    public function staff(int $service, string $about, string $text): void
    {
        $title = "PUQ Zimbra: service #$service, $about";
        if ($this->failures === 'none') {
            return;
        }
        if (preg_match('/^(mail|ticket: *[1-9][0-9]{0,8})$/D', $this->failures) !== 1) {
            $problem = self::todo($title, $text);
        } elseif (self::isToldToday($title, $text)) {
            return;
        } else {
            $problem = $this->failures === 'mail'
                ? self::mail($title, $text)
                : self::ticket((int) substr($this->failures, 7), $title, $text);
        }
        if ($problem !== '') {
            Api::log("$title: $text (staff could not be told otherwise: $problem)");
        }
    }

    /**
     * Put something on the to-do list, unless it stands there open already.
     *
     * @return string nothing, or why it was not written
     */
    public static function todo(string $title, string $text): string
    {
        try {
            $open = "SELECT id FROM tbltodolist WHERE title = ? AND status <> 'Completed'";
            if (Rows::of($open, [$title]) === []) {
                $today = date('Y-m-d');
                Rows::write(
                    'INSERT INTO tbltodolist (date, title, description, admin, status, duedate)'
                        . " VALUES (?, ?, ?, 0, 'New', ?)",
                    [$today, $title, $text, $today]
                );
            }
            return '';
        } catch (\PDOException) {
            return 'the to-do list cannot be written';
        }
    }

    private static function mail(string $title, string $text): string
    {
        $html = nl2br(htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE));
        $values = ['customsubject' => $title, 'custommessage' => $html, 'type' => 'system'];
        return Api::call('SendAdminEmail', $values);
    }

    private static function ticket(int $department, string $title, string $text): string
    {
        // Of nobody's client: the customer would read it.
        return Api::call('OpenTicket', [
            'deptid' => $department,
            'subject' => $title,
            'message' => $text,
            'name' => 'PUQ Zimbra',
            'email' => (string) (class_exists(\WHMCS\Config\Setting::class)
                ? \WHMCS\Config\Setting::getValue('Email') : ''),
            'priority' => 'High',
            'noemail' => true,
        ]);
    }

    private static function isToldToday(string $title, string $text): bool
    {
        $name = 'told.' . md5($title);
        // Each attempt has a reference of its own.
        $told = date('Y-m-d ') . md5((string) preg_replace('/ ?\(op-[0-9a-f]+\)/', '', $text));
        if (Kept::get($name) === $told) {
            return true;
        }
        Kept::put($name, $told);
        return false;
    }
}
