<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use PuqZimbra\Settings;

/**
 * The customer's pages of a service, and the forms on them.
 *
 * Every form is a POST to the one custom function. A form that was carried out is answered by a redirect
 * to the page that says so. A page that comes with the answer (what is wrong stands at its field; a
 * password is shown this one time) is drawn in the same request, where WHMCS asks for the page next.
 *
 * Source: WHMCS developer documentation, "Client Area Output", "Custom Functions", "Service Properties".
 */
final class ClientPage
{
    /** The custom function to which all forms go. */
    public const ACTION = 'client_action';

    /** The page that came with the answer to the form of this request. */
    private static ?string $answered = null;

    /**
     * The fragment, or what WHMCS itself knows in its place; beside WHMCS's own rows, or instead of them.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string|array{puqFragment: string}>
     */
    public static function draw(array $params): array
    {
        $html = self::$answered;
        self::$answered = null;
        $whole = false;
        try {
            $whole = self::isWhole();
            $html ??= self::fragment(ModuleCall::ask('ClientArea', $params, self::asked($params)));
        } catch (\Throwable) {
            // It is in the module log.
        }
        // A whole page of nothing but a sentence would hide what WHMCS has to say.
        $whole = $whole && $html !== null;
        return [
            $whole ? 'tabOverviewReplacementTemplate' : 'tabOverviewModuleOutputTemplate'
                => $whole ? 'templates/overview.tpl' : 'templates/clientarea.tpl',
            'templateVariables' => ['puqFragment' => $html ?? LastFigures::fragment($params)],
        ];
    }

    /**
     * Whether the fragment has all rows and replaces WHMCS's overview, as config.php says it.
     *
     * @throws EngineError the file cannot be used
     */
    private static function isWhole(): bool
    {
        return Settings::read('', dirname(__DIR__) . '/config.php')->wholePage;
    }

    /**
     * Carry out the form that the customer sent; "success" or a sentence for him, or a redirect.
     *
     * @param array<string, mixed> $params
     */
    public static function act(array $params): string
    {
        // WHMCS runs a custom function for a link, too, which anybody can make a customer follow.
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            return Language::say($params, 'Please use the form on the page of your service.');
        }
        if (function_exists('check_token')) {
            check_token(); // ends the request when the token is not this session's
        }
        try {
            $asked = self::asked($params);
            $form = Browser::of($params)->form();
            // What the host says of itself wins over what a browser sent under the same name.
            $asked['form'] += $form;
            $answer = ModuleCall::ask('ClientAction', $params, $asked);
        } catch (\Throwable $error) {
            return Answers::toldToCustomer($error, $params);
        }
        return self::became($answer, $form, $asked['form']['page_url'], $params);
    }

    /**
     * What a customer reads when the engine cannot be asked.
     *
     * @param array<string, mixed> $params
     */
    public static function unreached(array $params): string
    {
        return Language::say($params, 'The mail server gives no answer just now; please try again later.');
    }

    /**
     * What the customer is told of his form: by a redirect, a page, or the sentence that WHMCS shows.
     *
     * @param array<string, string> $form
     * @param array<string, mixed> $params
     */
    private static function became(mixed $answer, array $form, string $pages, array $params): string
    {
        // An engine of before the pages, and the engine's door, answer with less.
        $answer = is_string($answer) ? ['ok' => $answer === 'success', 'message' => $answer] : $answer;
        $message = is_array($answer) ? $answer['message'] ?? null : null;
        if (!is_string($message) || $message === '') {
            return Answers::toldToCustomer(new EngineError(Answers::WRONG_KIND), $params);
        }
        $done = ($answer['ok'] ?? null) === true;
        if ($done && ($form['puqz_action'] ?? '') === 'change_admin_password') {
            self::remember($params['model'] ?? null, $form['password'] ?? '');
        }
        if ($done && ($form['puqz_action'] ?? '') === 'call_off_deletion') {
            Standing::restored($params); // what goes wrong is staff's: in the activity log, and tried at each cron
        }
        $opens = $answer['opens'] ?? null;
        $next = $opens ?? $answer['next'] ?? null;
        $allowed = is_string($next) && ($opens === null ? self::isPage($next, $pages) : self::isLink($next));
        if (is_string($answer['html'] ?? null)) {
            self::$answered = $answer['html'];
        } elseif ($done && $allowed && !headers_sent()) {
            header("Location: $next", true, 303);
            exit;
        }
        return $done ? 'success' : $message;
    }

    /** Whether an address is one of our own pages, and nothing that a header could be broken with. */
    private static function isPage(string $address, string $pages): bool
    {
        return str_starts_with($address, $pages) && preg_match('/^[\x21-\x7e]+$/D', $address) === 1;
    }

    /** Whether an address leads elsewhere over TLS, and holds nothing that a header could be broken with. */
    private static function isLink(string $address): bool
    {
        return preg_match('#^https://[\x21-\x7e]+$#D', $address) === 1;
    }

    private static function fragment(mixed $answer): ?string
    {
        $html = is_array($answer) ? $answer['templateVariables']['puqFragment'] ?? null : null;
        return is_string($html) ? $html : null;
    }

    /** Have WHMCS know the password too, or it would print the old one in the next welcome mail. */
    private static function remember(mixed $service, #[\SensitiveParameter] string $password): void
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
     * @param array<string, mixed> $params
     *
     * @return array<string, mixed>
     *
     * @throws EngineError the settings cannot be used
     */
    private static function asked(array $params): array
    {
        $browser = Browser::of($params);
        $root = Browser::root();
        $id = (string) (int) ($params['serviceid'] ?? 0);
        $service = "$root/clientarea.php?action=productdetails&id=$id";
        $query = $browser->query();
        $form = [
            // A form goes to the address of its own page, which WHMCS shows again where it is refused.
            'action' => $service . $browser->address(),
            'id' => $id,
            'modop' => 'custom',
            'a' => self::ACTION,
            'page_url' => "$service&puq_page=",
            'search' => $query['search'] ?? '',
            'sort' => $query['sort'] ?? '',
            'takes_files' => '1',
        ] + HostLinks::of($params, $root);
        if (function_exists('generate_token')) {
            $form['token'] = (string) generate_token('plain');
        }
        $whole = self::isWhole();
        return [
            'mode' => $whole ? 'full' : 'embedded',
            'assets_url' => "$root/modules/servers/puqzimbra/assets",
            'page' => $browser->page(),
            'query' => (object) $query,
            'time_zone' => date_default_timezone_get(),
            'form' => $form,
            // Beside WHMCS's own rows nobody reads these.
            'billing' => $whole ? Billing::of($params) : [],
        ];
    }
}
