<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * The customer's page of a service, and the form on it.
 *
 * Source: WHMCS developer documentation, "Client Area Output", "Custom Functions", "Service Properties".
 */
final class ClientPage
{
    /** The custom function to which the form goes. */
    public const ACTION = 'change_admin_password';

    /**
     * The fragment, or a sentence in its place.
     *
     * @param array<string, mixed> $params
     *
     * @return array{tabOverviewModuleOutputTemplate: string, templateVariables: array{puqFragment: string}}
     */
    public static function draw(array $params): array
    {
        try {
            $answer = ModuleCall::ask('ClientArea', $params, self::asked($params));
            $html = is_array($answer) ? $answer['templateVariables']['puqFragment'] ?? null : null;
        } catch (\Throwable) {
            $html = null; // it is in the module log
        }
        if (!is_string($html)) {
            $sentence = htmlspecialchars(self::unreached($params), ENT_QUOTES | ENT_SUBSTITUTE);
            $html = '<div class="puqz"><p role="alert">' . $sentence . '</p></div>';
        }
        return [
            'tabOverviewModuleOutputTemplate' => 'templates/clientarea.tpl',
            'templateVariables' => ['puqFragment' => $html],
        ];
    }

    /**
     * Carry out the form that the customer sent; "success" or a sentence for him.
     *
     * @param array<string, mixed> $params
     */
    public static function act(array $params): string
    {
        // WHMCS runs a custom function for a link, too, which anybody can make a customer follow.
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            return Language::say(
                $params,
                'Please use the form on the page of your service.',
                'Prosimy użyć formularza na stronie usługi.'
            );
        }
        if (function_exists('check_token')) {
            check_token(); // ends the request when the token is not this session's
        }
        try {
            $hash = is_string($params['serveraccesshash'] ?? null) ? $params['serveraccesshash'] : '';
            $settings = Settings::read($hash, dirname(__DIR__) . '/config.php');
            $form = [];
            foreach (['puqz_action', 'password', 'password_again'] as $name) {
                $form[$name] = Parameters::decoded($_POST[$name] ?? '', $name, $settings->encoded);
            }
        } catch (\Throwable) {
            return self::unreached($params);
        }
        $told = Answers::customersText('ClientAction', $params, ['form' => $form]);
        if ($told === 'success') {
            self::remember($params['model'] ?? null, (string) $form['password']);
        }
        return $told;
    }

    /** Have WHMCS know the password too, or it would print the old one in the next welcome mail. */
    private static function remember(mixed $service, string $password): void
    {
        try {
            $service?->serviceProperties->save(['Password' => $password]);
        } catch (\Throwable $error) {
            // It is changed: the customer must not be told otherwise.
            if (function_exists('logActivity')) {
                logActivity('puqzimbra: a new password was not noted (' . get_class($error) . ').');
            }
        }
    }

    /**
     * What a customer reads when the engine cannot be asked.
     *
     * @param array<string, mixed> $params
     */
    public static function unreached(array $params): string
    {
        return Language::say(
            $params,
            'The mail server gives no answer just now; please try again later.',
            'Serwer poczty chwilowo nie odpowiada; prosimy spróbować później.'
        );
    }

    /**
     * @param array<string, mixed> $params
     *
     * @return array<string, mixed>
     */
    private static function asked(array $params): array
    {
        $root = self::root();
        $id = (string) (int) ($params['serviceid'] ?? 0);
        $page = "$root/clientarea.php?action=productdetails&id=$id";
        $form = [
            'action' => $page,
            'id' => $id,
            'modop' => 'custom',
            'a' => self::ACTION,
            'page_url' => "$page&puq_page=",
            'search' => self::query('puqz_search'),
            'sort' => self::query('puqz_sort'),
        ];
        if (function_exists('generate_token')) {
            $form['token'] = (string) generate_token('plain');
        }
        return [
            'assets_url' => "$root/modules/servers/puqzimbra/assets",
            'page' => self::query('puq_page'),
            'time_zone' => date_default_timezone_get(),
            'form' => $form,
            'billing' => Billing::of($params),
        ];
    }

    /** The path under which WHMCS answers; its pages are all in its top folder. */
    private static function root(): string
    {
        $script = $_SERVER['SCRIPT_NAME'] ?? '';
        $folder = is_string($script) && str_starts_with($script, '/') ? dirname($script) : '/';
        return rtrim($folder, '/');
    }

    private static function query(string $name): string
    {
        $value = $_GET[$name] ?? '';
        return is_string($value) && preg_match('//u', $value) === 1 ? mb_substr($value, 0, 200) : '';
    }
}
