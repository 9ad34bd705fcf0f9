<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * A line of WHMCS's module log: named keys alone, and what is secret taken out of those as well.
 *
 * Source: WHMCS developer documentation, "Module Logging".
 */
final class ModuleLog
{
    private const SHOWN = [
        'serviceid', 'userid', 'pid', 'serverid', 'domain', 'serverhostname', 'serverip', 'serverport',
        'suspendreason',
    ];
    private const SECRET = ['password', 'serverpassword', 'serveraccesshash'];
    /** A page that was drawn is no news: these are logged when they fail. */
    private const QUIET = ['ClientArea', 'AdminServicesTabFields', 'CheckOrder', 'News', 'Welcome'];
    private const MASK = '********';
    /** Bytes of a list of settings. */
    private const LONGEST = 2000;

    private float $started;
    /** @var list<string> */
    private array $secrets;

    /**
     * @param array<string, mixed> $params WHMCS's
     * @param array<string, mixed> $more what the customer's browser sent, among others
     */
    public function __construct(private string $event, private string $id, private array $params, array $more)
    {
        $this->started = microtime(true);
        $this->secrets = self::forms($params, $more);
    }

    /** Log the answer, or the sentence that stands for it. */
    public function write(mixed $answer): void
    {
        $failed = is_array($answer) ? ($answer['error'] ?? '') !== '' : $answer !== 'success';
        if (!function_exists('logModuleCall') || (!$failed && in_array($this->event, self::QUIET, true))) {
            return;
        }
        $request = ['request_id' => $this->id];
        foreach (self::SHOWN as $name) {
            if (is_scalar($this->params[$name] ?? null)) {
                $request[$name] = $this->masked((string) $this->params[$name]);
            }
        }
        foreach (['settings' => self::settings($this->params), 'options' => self::options($this->params)] as $name => $text) {
            $request += $text === '' ? [] : [$name => $this->masked($text)];
        }
        $response = $this->masked(self::summary($answer));
        $seconds = sprintf('%.3f s', microtime(true) - $this->started);
        logModuleCall('puqzimbra', $this->event, $request, $response, $seconds, $this->secrets);
    }

    /**
     * The product's settings by name, so that nobody has to count.
     *
     * @param array<string, mixed> $params
     */
    private static function settings(array $params): string
    {
        $named = [];
        foreach (array_keys(Answers::declared('ConfigOptions')) as $number => $name) {
            $named[$name] = $params['configoption' . ($number + 1)] ?? '';
        }
        return self::listed($named);
    }

    /**
     * What was bought, as it is sold.
     *
     * @param array<string, mixed> $params
     */
    private static function options(array $params): string
    {
        return self::listed(is_array($params['configoptions'] ?? null) ? $params['configoptions'] : []);
    }

    /** @param array<mixed> $values */
    private static function listed(array $values): string
    {
        $said = array_filter($values, static fn (mixed $one): bool => is_scalar($one) && (string) $one !== '');
        $lines = array_map(static fn ($name, $one): string => "$name: $one", array_keys($said), $said);
        return mb_strcut(implode('; ', $lines), 0, self::LONGEST);
    }

    /** What became of it, without a link to log in by, a page or a list. */
    private static function summary(mixed $answer): string
    {
        if (is_string($answer)) {
            return $answer;
        }
        if (!is_array($answer)) {
            return 'an answer of another kind';
        }
        $failed = ($answer['ok'] ?? null) === false;
        $said = $answer['error'] ?? $answer['errorMsg'] ?? ($failed ? $answer['message'] ?? '' : '');
        if (is_string($said) && $said !== '') {
            return $said;
        }
        return array_is_list($answer) ? count($answer) . ' rows' : 'done';
    }

    private function masked(string $text): string
    {
        return str_replace($this->secrets, self::MASK, $text);
    }

    /**
     * Every form in which a secret could turn up, the longest first: one may be a part of another.
     *
     * @param array<string, mixed> $params
     * @param array<string, mixed> $more
     *
     * @return list<string>
     */
    private static function forms(array $params, array $more): array
    {
        $form = is_array($more['form'] ?? null) ? $more['form'] : [];
        $given = array_intersect_key($params, array_flip(self::SECRET));
        foreach ($form as $name => $value) {
            if (preg_match('/pass|secret|puqz_token/', (string) $name) === 1) {
                $given["form.$name"] = $value;
            }
        }
        $forms = [];
        foreach (array_filter($given, 'is_string') as $value) {
            $plain = htmlspecialchars_decode($value, ENT_QUOTES | ENT_HTML5);
            $parts = [$value, $plain];
            // The Access Hash holds lines key=value, of which the secret may be one.
            foreach (preg_split('/\R/', $plain) ?: [] as $line) {
                $parts[] = trim(explode('=', $line, 2)[1] ?? '');
            }
            foreach ($parts as $part) {
                $json = (string) json_encode($part, JSON_INVALID_UTF8_SUBSTITUTE);
                $unescaped = (string) json_encode(
                    $part,
                    JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
                );
                array_push(
                    $forms,
                    $part,
                    htmlspecialchars($part, ENT_QUOTES | ENT_SUBSTITUTE),
                    urlencode($part),
                    rawurlencode($part),
                    substr($json, 1, -1),
                    substr($unescaped, 1, -1),
                );
            }
        }
        $forms = array_values(array_unique(array_filter($forms, static fn (string $one): bool => $one !== '')));
        usort($forms, static fn (string $one, string $other): int => strlen($other) <=> strlen($one));
        return $forms;
    }
}
