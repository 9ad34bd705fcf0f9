<?php

declare(strict_types=1);

// What reaches the engine, for every billing platform. In a package it lies beside the platform's
// module, in the repository here.
foreach (['EngineError', 'Signature', 'Settings', 'Http', 'Command', 'Engine'] as $class) {
    require_once __DIR__ . "/$class.php";
}
