<?php

/**
 * A device profile at its one-use address: profile.php?token=…
 *
 * The phone that scanned the code on the customer's page is not logged in here, so nothing of WHMCS is
 * loaded: the token says all, and the engine takes it once. The engine is reached by config.php alone.
 *
 * Source: Apple "Device Management" (the content type of a profile).
 */

declare(strict_types=1);

use PuqZimbra\Engine;
use PuqZimbra\Settings;

foreach ([__DIR__, dirname(__DIR__, 4)] as $folder) {
    if (is_file("$folder/bridge/load.php")) {
        require_once "$folder/bridge/load.php";
        break;
    }
}

(static function (): void {
    $seconds = 15;
    $end = static function (int $status, string $text): void {
        http_response_code($status);
        header('Content-Type: text/plain; charset=utf-8');
        echo $text, "\n";
    };
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header('X-Content-Type-Options: nosniff');
    header('X-Robots-Tag: noindex');
    // A look at the head uses nothing up.
    if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'GET') {
        header('Allow: GET');
        $end(405, 'GET');
        return;
    }
    $token = $_GET['token'] ?? '';
    if (!is_string($token) || preg_match('/^[A-Za-z0-9_-]{20,2000}$/D', $token) !== 1) {
        $end(404, 'Open the page of your service again. / Otwórz ponownie stronę swojej usługi.');
        return;
    }
    try {
        $settings = Settings::read('', __DIR__ . '/config.php');
        $id = Engine::newId();
        $about = ['event' => 'DeviceProfile', 'request_id' => $id, 'form' => ['token' => $token]];
        if ($settings->installation !== '') {
            $about['installation'] = $settings->installation;
        }
        $answer = (new Engine($settings, 'whmcs'))->call('DeviceProfile', ['_puq' => $about], $id, $seconds);
        $given = static fn (string $key): string => is_array($answer) && is_string($answer[$key] ?? null)
            ? $answer[$key] : '';
        if ($given('body') === '') {
            $end(410, $given('error') !== '' ? $given('error') : 'Gone');
            return;
        }
        header('Content-Type: application/x-apple-aspen-config');
        header('Content-Disposition: attachment; filename="mail.mobileconfig"');
        echo $given('body');
    } catch (\Throwable) {
        $end(503, 'The mail server gives no answer just now. / Serwer poczty w tej chwili nie odpowiada.');
    }
})();
