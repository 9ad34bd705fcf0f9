<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use PuqZimbra\Settings;

/**
 * What of WHMCS's `$params` the engine may see: named keys, entities decoded exactly once.
 *
 * Never the whole: `model` holds the client's record and every password of the service.
 *
 * Source: WHMCS developer documentation, "Module Parameters".
 */
final class Parameters
{
    private const TEXTS = [
        'serviceid', 'userid', 'domain', 'username', 'suspendreason',
        'serverip', 'serverhostname', 'serverport', 'serverusername', 'serverpassword',
    ];
    private const MAPS = ['customfields', 'configoptions'];
    /** The only functions to which the service's password is of use. */
    private const WITH_PASSWORD = ['CreateAccount', 'ChangePassword'];
    private const OPTIONS = 24;

    /**
     * Give the whitelisted parameters of a function.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, mixed>
     *
     * @throws EngineError a value is no text, or not UTF-8
     */
    public static function of(string $event, array $params, Settings $settings): array
    {
        $names = self::TEXTS;
        for ($position = 1; $position <= self::OPTIONS; ++$position) {
            $names[] = "configoption$position";
        }
        if (in_array($event, self::WITH_PASSWORD, true)) {
            $names[] = 'password';
        }
        $given = [];
        foreach ($names as $name) {
            if (isset($params[$name])) {
                $given[$name] = self::decoded($params[$name], $name, $settings->encoded);
            }
        }
        $client = self::client($params);
        if ($client !== '') {
            $given['userid'] = $client;
        }
        foreach (self::MAPS as $name) {
            $given[$name] = (object) self::map($params[$name] ?? [], $name, $settings->encoded);
        }
        if ($settings->accessHash !== '') {
            $given['serveraccesshash'] = self::decoded($settings->accessHash, 'serveraccesshash', $settings->encoded);
        }
        $given['clientsdetails'] = (object) ['language' => Language::of($params)];
        return $given;
    }

    /**
     * The id of the client whose service it is, which binds the forms of his page to him.
     *
     * @param array<string, mixed> $params
     */
    private static function client(array $params): string
    {
        $details = $params['clientsdetails'] ?? null;
        $id = is_array($details) || $details instanceof \ArrayAccess ? $details['userid'] ?? null : null;
        return is_numeric($id) && (int) $id > 0 ? (string) (int) $id : '';
    }

    /**
     * A text with its entities decoded, once; numbers as they are.
     *
     * @throws EngineError it is neither, or not UTF-8
     */
    public static function decoded(mixed $value, string $name, bool $encoded): string|int|float
    {
        if (is_int($value) || is_float($value)) {
            return $value;
        }
        if (is_bool($value)) {
            return $value ? '1' : '';
        }
        if (!is_string($value)) {
            throw new EngineError("The parameter $name is not a text.");
        }
        if (preg_match('//u', $value) !== 1) {
            throw new EngineError("The parameter $name is no UTF-8 text, so nothing was sent.");
        }
        // Not html_entity_decode: it would make © of a password that holds &copy;
        return $encoded ? htmlspecialchars_decode($value, ENT_QUOTES | ENT_HTML5) : $value;
    }

    /** @return array<string, string|int|float> */
    private static function map(mixed $values, string $name, bool $encoded): array
    {
        $given = [];
        foreach (is_array($values) ? $values : [] as $key => $value) {
            if ($value !== null) {
                $given[self::decoded((string) $key, $name, $encoded)] = self::decoded($value, "$name.$key", $encoded);
            }
        }
        return $given;
    }
}
