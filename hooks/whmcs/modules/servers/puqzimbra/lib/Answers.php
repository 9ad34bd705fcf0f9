<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;

/**
 * The engine's answers as the types that WHMCS wants of its functions, whatever happened.
 *
 * Source: WHMCS developer documentation, "Core Module Functions", "Single Sign-On", "Server Sync",
 * "Loader Functions", "Admin Services Tab".
 */
final class Answers
{
    private const INCOMPLETE = "The module's folder bridge is missing: unpack the whole package"
        . ' puqzimbra-whmcs again, which "make packages" builds.';
    public const WRONG_KIND = 'The mail engine gave an answer of another kind: is it as old as the module?';

    /**
     * "success", or a sentence for the administrator.
     *
     * @param array<string, mixed> $params
     */
    public static function text(string $event, array $params): string
    {
        try {
            $isAddon = Addons::is($params);
            return $isAddon ? Addons::act($event, $params) : self::sentence(ModuleCall::ask($event, $params));
        } catch (\Throwable $error) {
            return self::told($error);
        }
    }

    /**
     * "success", or a sentence that a customer may read.
     *
     * @param array<string, mixed> $params
     * @param array<string, mixed> $more
     */
    public static function customersText(string $event, array $params, array $more = []): string
    {
        try {
            return self::sentence(ModuleCall::ask($event, $params, $more));
        } catch (\Throwable $error) {
            return self::toldToCustomer($error, $params);
        }
    }

    /**
     * @param array<string, mixed> $params
     *
     * @return array{success: bool, error: string}
     */
    public static function connection(array $params): array
    {
        try {
            $answer = self::map(ModuleCall::ask('TestConnection', $params));
            $works = ($answer['success'] ?? null) === true;
            // WHMCS shows nothing of a success.
            if ($works && is_string($answer['notice'] ?? null) && function_exists('logActivity')) {
                logActivity('puqzimbra: ' . $answer['notice']);
            }
            return ['success' => $works, 'error' => $works ? '' : self::sentence($answer['error'] ?? null)];
        } catch (\Throwable $error) {
            return ['success' => false, 'error' => self::told($error)];
        }
    }

    /**
     * A link to the webmail, or a sentence that a customer may read.
     *
     * @param array<string, mixed> $params
     *
     * @return array{success: bool, redirectTo?: string, errorMsg?: string}
     */
    public static function customersLink(array $params): array
    {
        try {
            return self::link('ServiceSingleSignOn', $params);
        } catch (\Throwable $error) {
            return ['success' => false, 'errorMsg' => self::toldToCustomer($error, $params)];
        }
    }

    /**
     * A link to Zimbra's administration panel.
     *
     * @param array<string, mixed> $params
     *
     * @return array{success: bool, redirectTo?: string, errorMsg?: string}
     */
    public static function staffLink(array $params): array
    {
        try {
            return self::link('AdminSingleSignOn', $params);
        } catch (\Throwable $error) {
            return ['success' => false, 'errorMsg' => self::told($error)];
        }
    }

    /**
     * Every account, or an error: WHMCS terminates what a list leaves out.
     *
     * @param array<string, mixed> $params
     *
     * @return array{success: bool, accounts?: list<array<string, mixed>>, error?: string}
     */
    public static function accounts(array $params): array
    {
        try {
            $answer = self::map(ModuleCall::ask('ListAccounts', $params));
            if (($answer['success'] ?? null) !== true) {
                return ['success' => false, 'error' => self::sentence($answer['error'] ?? null)];
            }
            $accounts = $answer['accounts'] ?? null;
            if (!is_array($accounts) || !array_is_list($accounts)) {
                throw new EngineError(self::WRONG_KIND);
            }
            $server = (int) ($params['serverid'] ?? 0);
            $typed = array_column($accounts, 'service_id') === [] ? [] : Typed::domains($server);
            foreach ($accounts as $number => $account) {
                self::sentence(self::map($account)['uniqueIdentifier'] ?? null);
                if (isset($typed[$account['service_id'] ?? 0])) {
                    $name = $typed[$account['service_id']];
                    $account = ['uniqueIdentifier' => $name, 'domain' => $name] + $account;
                }
                unset($account['service_id']);
                $accounts[$number] = $account;
            }
            return ['success' => true, 'accounts' => $accounts];
        } catch (\Throwable $error) {
            return ['success' => false, 'error' => self::told($error)];
        }
    }

    /**
     * The classes of service to choose from.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string>
     *
     * @throws \Exception WHMCS shows its message to the administrator
     */
    public static function classes(array $params): array
    {
        $answer = self::map(ModuleCall::ask('LoadClassesOfService', $params));
        if (($answer['success'] ?? null) !== true) {
            throw new EngineError(self::sentence($answer['error'] ?? null));
        }
        return ['' => "The server's default"] + self::map($answer['options'] ?? null);
    }

    /**
     * The lines of the administrator's page: labels and small HTML, escaped by the engine.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string>
     */
    public static function fields(array $params): array
    {
        try {
            $fields = self::map(ModuleCall::ask('AdminServicesTabFields', $params));
            return array_map(static fn (mixed $field): string => self::sentence($field), $fields)
                + Links::activity($params);
        } catch (\Throwable $error) {
            return ['Zimbra' => htmlspecialchars(self::told($error), ENT_QUOTES | ENT_SUBSTITUTE)];
        }
    }

    /**
     * What the engine declares for all installations, without asking it.
     *
     * @return array<mixed>
     */
    public static function declared(string $what): array
    {
        try {
            $file = (string) file_get_contents(dirname(__DIR__) . '/declared.json');
            return self::map(self::map(json_decode($file, true, 16, JSON_THROW_ON_ERROR))[$what] ?? null);
        } catch (\Throwable) {
            return [];
        }
    }

    /** The message for an administrator. */
    public static function told(\Throwable $error): string
    {
        return match (true) {
            !class_exists(EngineError::class, false) => self::INCOMPLETE,
            $error instanceof EngineError => $error->getMessage(),
            default => 'Something went wrong in the module.',
        };
    }

    /**
     * The message for whoever is there: WHMCS shows these answers on the customer's pages, too.
     *
     * @param array<string, mixed> $params
     */
    public static function toldToCustomer(\Throwable $error, array $params): string
    {
        return defined('ADMINAREA') ? self::told($error) : ClientPage::unreached($params);
    }

    /**
     * @param array<string, mixed> $params
     *
     * @return array{success: bool, redirectTo?: string, errorMsg?: string}
     */
    private static function link(string $event, array $params): array
    {
        $answer = self::map(ModuleCall::ask($event, $params));
        if (($answer['success'] ?? null) !== true) {
            return ['success' => false, 'errorMsg' => self::sentence($answer['errorMsg'] ?? null)];
        }
        $link = self::sentence($answer['redirectTo'] ?? null);
        if (!str_starts_with($link, 'https://')) {
            throw new EngineError(self::WRONG_KIND);
        }
        return ['success' => true, 'redirectTo' => $link];
    }

    private static function sentence(mixed $value): string
    {
        // What the engine's door says itself, before it knows how the function answers.
        $value = is_array($value) && ($value['ok'] ?? null) === false ? $value['message'] ?? null : $value;
        return is_string($value) && $value !== '' ? $value : throw new EngineError(self::WRONG_KIND);
    }

    /** @return array<mixed> */
    private static function map(mixed $value): array
    {
        return is_array($value) ? $value : throw new EngineError(self::WRONG_KIND);
    }
}
