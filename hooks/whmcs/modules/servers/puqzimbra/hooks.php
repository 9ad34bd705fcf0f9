<?php

/**
 * WHMCS runs these for every product of every module, so each looks first whether it is meant.
 *
 * Source: WHMCS developer documentation, "Hooks", "OverrideModuleUsernameGeneration".
 */

declare(strict_types=1);

use WHMCS\Module\Server\Puqzimbra\Username;

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

add_hook('OverrideModuleUsernameGeneration', 1, static function ($params) {
    if (!is_array($params) || ($params['moduletype'] ?? '') !== 'puqzimbra') {
        return null;
    }
    try {
        require_once __DIR__ . '/lib/Username.php'; // hooks run before the module is loaded
        return Username::of($params);
    } catch (\Throwable $error) {
        logActivity('puqzimbra: no username was made (' . get_class($error) . ').');
        return null;
    }
});
