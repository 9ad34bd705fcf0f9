<?php

/**
 * A device profile at its one-use address: profile.php?server=…&token=…
 *
 * The phone that scanned the code on the customer's page is not logged in here: the token says all, and
 * the engine takes it once. `server` is the number of the server whose Access Hash says how the engine is
 * reached; without it, config.php alone does, and nothing of WHMCS is loaded.
 *
 * Source: Apple "Device Management" (the content type of a profile); WHMCS developer documentation,
 * "Callbacks" (init.php is loaded from a module's folder).
 */

declare(strict_types=1);

use PuqZimbra\Engine;
use PuqZimbra\Settings;
use WHMCS\Database\Capsule;
use WHMCS\Module\Server\Puqzimbra\Language;

foreach ([__DIR__, dirname(__DIR__, 4)] as $folder) {
    if (is_file("$folder/bridge/load.php")) {
        require_once "$folder/bridge/load.php";
        break;
    }
}
require_once __DIR__ . '/lib/Answers.php';
require_once __DIR__ . '/lib/Language.php';

$puqToken = is_string($_GET['token'] ?? null) ? $_GET['token'] : '';
$puqServer = (int) ($_GET['server'] ?? 0);
$puqAsks = ($_SERVER['REQUEST_METHOD'] ?? '') === 'GET'; // a look at the head uses nothing up
if (!$puqAsks || preg_match('/^[A-Za-z0-9_-]{20,2000}$/D', $puqToken) !== 1) {
    $puqToken = '';
}
// Out here, since WHMCS wants its variables global; and for what looks like our own address alone.
if ($puqToken !== '' && $puqServer > 0 && is_file(dirname(__DIR__, 3) . '/init.php')) {
    require_once dirname(__DIR__, 3) . '/init.php';
}

(static function (string $token, int $server): void {
    $seconds = 15;
    $end = static function (int $status, string $text): void {
        http_response_code($status);
        header('Content-Type: text/plain; charset=utf-8');
        echo $text, "\n";
    };
    $accessHash = static function () use ($server): string {
        if ($server <= 0) {
            return '';
        }
        $sql = "SELECT accesshash FROM tblservers WHERE id = ? AND type = 'puqzimbra'";
        $query = Capsule::connection()->getPdo()->prepare($sql);
        $query->execute([$server]);
        return (string) $query->fetchColumn();
    };
    // config.php asks for it; WHMCS, where it was loaded, has said so itself.
    defined('WHMCS') || define('WHMCS', true);
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header('X-Content-Type-Options: nosniff');
    header('X-Robots-Tag: noindex');
    if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'GET') {
        header('Allow: GET');
        $end(405, 'GET');
        return;
    }
    if ($token === '') {
        $end(404, Language::sayInAll('Open the page of your service again.'));
        return;
    }
    try {
        $settings = Settings::read($accessHash(), __DIR__ . '/config.php');
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
})($puqToken, $puqServer);
