<?php

/**
 * WHMCS runs these for every product of every module, so each looks first whether it is meant.
 *
 * None may break WHMCS: whatever goes wrong in one is a line of the activity log, and WHMCS goes on.
 *
 * Source: WHMCS developer documentation, "Module Hooks", and of the reference "Shopping Cart", "Module", "Cron",
 * "Everything Else" (EmailPreSend).
 */

declare(strict_types=1);

use WHMCS\Module\Server\Puqzimbra\Cart;
use WHMCS\Module\Server\Puqzimbra\News;
use WHMCS\Module\Server\Puqzimbra\OptionSet;
use WHMCS\Module\Server\Puqzimbra\Packages;
use WHMCS\Module\Server\Puqzimbra\Username;
use WHMCS\Module\Server\Puqzimbra\Welcome;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

(static function (): void {
    $hook = static function (string $point, callable $act, mixed $otherwise = null): void {
        add_hook($point, 1, static function ($vars = []) use ($point, $act, $otherwise) {
            try {
                require_once __DIR__ . '/lib/autoload.php'; // hooks run before the module is loaded
                return $act(is_array($vars) ? $vars : []);
            } catch (\Throwable $error) {
                $place = basename($error->getFile()) . ':' . $error->getLine();
                logActivity("puqzimbra: $point was left out (" . get_class($error) . " in $place).");
                return $otherwise;
            }
        });
    };
    $hook('OverrideModuleUsernameGeneration', static function (array $vars): ?string {
        return ($vars['moduletype'] ?? '') === 'puqzimbra' ? Username::of($vars) : null;
    });
    $hook('AdminProductConfigFields', static fn (array $vars): array => OptionSet::field($vars), []);
    $hook('AdminProductConfigFieldsSave', static fn (array $vars) => OptionSet::save($vars));
    $hook('ShoppingCartValidateProductUpdate', static fn (array $vars): array => Cart::product($vars), []);
    $hook('ShoppingCartValidateCheckout', static fn (array $vars): array => Cart::checkout($vars), []);
    $hook('ShoppingCartValidateUpgrade', static fn (array $vars): array => Cart::upgrade($vars), []);
    $hook('AfterModuleCreate', static fn (array $vars) => Packages::held($vars));
    $hook('AfterModuleChangePackage', static fn (array $vars) => Packages::held($vars));
    $hook('AfterModuleChangePackageFailed', static fn (array $vars) => Packages::refused($vars));
    $hook('AfterCronJob', static fn () => News::read());
    $hook('EmailPreSend', static fn (array $vars): array => Welcome::fields($vars), []);
})();
