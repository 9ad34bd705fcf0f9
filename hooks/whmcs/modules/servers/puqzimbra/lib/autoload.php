<?php

declare(strict_types=1);

// For hooks, which WHMCS runs before it has loaded the module, and so before it finds the module's classes.
spl_autoload_register(static function (string $class): void {
    $prefix = 'WHMCS\\Module\\Server\\Puqzimbra\\';
    $file = __DIR__ . '/' . substr($class, strlen($prefix)) . '.php';
    if (strncmp($class, $prefix, strlen($prefix)) === 0 && is_file($file)) {
        require_once $file;
    }
});
foreach ([dirname(__DIR__), dirname(__DIR__, 5)] as $folder) {
    if (is_file("$folder/bridge/load.php")) {
        require_once "$folder/bridge/load.php";
        break;
    }
}
