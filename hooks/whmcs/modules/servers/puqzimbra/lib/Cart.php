<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * Orders and upgrades, looked at before they are paid for.
 *
 * Each answer is a list of sentences for the customer; an empty one lets him go on.
 *
 * Source: WHMCS developer documentation, "Shopping Cart" hooks (ShoppingCartValidateProductUpdate,
 * ShoppingCartValidateCheckout, ShoppingCartValidateUpgrade).
 */
final class Cart
{
    /**
     * The product whose configuration was sent, in the cart already.
     *
     * @param array<mixed> $sent the request's variables
     *
     * @return list<string>
     */
    public static function product(array $sent): array
    {
        $item = self::items()[(int) ($sent['i'] ?? -1)] ?? null;
        if ($item === null) {
            return [];
        }
        foreach (['configoption' => 'configoptions', 'customfield' => 'customfields'] as $key => $held) {
            $item[$held] = self::map($sent[$key] ?? []) + self::map($item[$held] ?? []);
        }
        return self::checked($item, 0) ?? [];
    }

    /**
     * Everything in the cart, at its checkout.
     *
     * @param array<mixed> $vars `clientId`, who may have logged in this very moment
     *
     * @return list<string>
     */
    public static function checkout(array $vars): array
    {
        $errors = [];
        $seen = [];
        foreach (self::items() as $item) {
            $domain = mb_strtolower(trim(self::text($item['domain'] ?? '')));
            $found = self::checked($item, (int) ($vars['clientId'] ?? 0));
            if ($found === null) {
                continue;
            }
            if ($domain !== '' && in_array($domain, $seen, true)) {
                $found[] = self::escaped(
                    self::say('%(name)s is in the cart twice.', ['name' => $domain])
                );
            }
            $seen[] = $domain;
            array_push($errors, ...$found);
        }
        return array_values(array_unique($errors));
    }

    /**
     * A service's change to another product, or to other options of its own.
     *
     * @param array<mixed> $vars `id` of the service, `pid` of the product
     *
     * @return list<string>
     */
    public static function upgrade(array $vars): array
    {
        $service = Rows::service((int) ($vars['id'] ?? 0));
        if ($service === null || (int) $service['userid'] !== (int) ($_SESSION['uid'] ?? 0)) {
            return [];
        }
        $product = Rows::product((int) ($vars['pid'] ?? 0) ?: (int) $service['packageid']);
        if ($product === null) {
            return [];
        }
        return self::problems(Record::ofService($service, $product, self::map($_REQUEST['configoption'] ?? [])));
    }

    /**
     * @param array<mixed> $item of the cart
     *
     * @return list<string>|null null for another module's product
     */
    private static function checked(array $item, int $client): ?array
    {
        $product = Rows::product((int) ($item['pid'] ?? 0));
        if ($product === null) {
            return null;
        }
        $options = self::map($item['configoptions'] ?? []);
        $fields = self::map($item['customfields'] ?? []);
        $client = $client ?: (int) ($_SESSION['uid'] ?? 0);
        $domain = self::text($item['domain'] ?? '');
        return self::problems(Record::ofOrder($product, $client, $domain, $options, $fields));
    }

    /**
     * @param array<string, mixed> $params
     *
     * @return list<string>
     */
    private static function problems(array $params): array
    {
        try {
            $answer = ModuleCall::ask('CheckOrder', $params);
        } catch (\Throwable) {
            // It is in the module log. A shop must go on while the engine is away: nothing is known of the
            // order then, most orders are right, and what is wrong is refused by CreateAccount as before.
            return [];
        }
        $answer = is_array($answer) ? $answer : [];
        $staff = is_string($answer['staff'] ?? null) ? $answer['staff'] : '';
        if ($staff !== '') {
            $about = ($params['serviceid'] === 'new' ? 'an order' : "service {$params['serviceid']}")
                . " of product {$params['pid']}";
            Api::log("$about was " . (($answer['blocked'] ?? false) ? 'refused' : 'not checked') . ": $staff");
        }
        $errors = array_filter(self::map($answer['errors'] ?? []), 'is_string');
        if (($answer['blocked'] ?? false) === true) {
            $errors[] = self::say('This product cannot be delivered as it is set up; please write to us.');
        }
        return array_values(array_map([self::class, 'escaped'], $errors));
    }

    /** A sentence as WHMCS shows it: as HTML. What people typed may be encoded already. */
    private static function escaped(string $sentence): string
    {
        return htmlspecialchars($sentence, ENT_QUOTES | ENT_SUBSTITUTE, double_encode: false);
    }

    /** @param array<string, string> $values */
    private static function say(string $english, array $values = []): string
    {
        return Language::say(['clientsdetails' => ['language' => $_SESSION['Language'] ?? '']], $english, $values);
    }

    /** @return array<int, array<mixed>> */
    private static function items(): array
    {
        $cart = self::map($_SESSION['cart'] ?? []);
        return array_filter(self::map($cart['products'] ?? []), 'is_array');
    }

    /** @return array<mixed> */
    private static function map(mixed $value): array
    {
        return is_array($value) ? $value : [];
    }

    private static function text(mixed $value): string
    {
        return is_string($value) ? $value : '';
    }
}
