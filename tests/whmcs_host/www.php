<?php

/**
 * The client's pages, for PHP's own web server: product details, the module's own functions, the
 * password form, single sign-on. What clients send is HTML-encoded before a module can see it.
 *
 * A module's function is called by GET as well, and without a token: whether WHMCS refuses that is
 * not documented, so the module must.
 *
 * Source: WHMCS developer documentation, "Client Area Output", "Single Sign-On"; the themes' public
 * clientareaproductdetails.tpl.
 */

declare(strict_types=1);

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (str_starts_with($path, '/modules/')) {
    // As a web server would: what the module's folder lets out. PHP's server finds no other files.
    return preg_match('/\.(css|png)$|\/profile\.php$/', $path) === 1 ? false : not_found();
}

require __DIR__ . '/lib/platform.php';
require __DIR__ . '/lib/module.php';
define('CLIENTAREA', true);

function not_found(): bool
{
    http_response_code(404);
    echo 'not found';
    return true;
}

/** What a theme makes of one variable a template names; no template here needs more. */
function rendered(string $file, array $variables): string
{
    $template = file_get_contents($file);
    $shown = preg_replace_callback(
        '/\{\$(\w+)( nofilter)?\}/',
        fn ($found) => $variables[$found[1]],
        preg_replace('/\{\*.*?\*\}/s', '', $template)
    );
    return trim($shown);
}

/** The page of one service; the result of a function above it. */
function details(int $id, ?string $result): void
{
    $module = product((int) service($id)->packageid)->servertype;
    $output = '';
    if (service($id)->domainstatus !== 'Pending') {
        $area = call_service('ClientArea', $id, 'array');
        $template = $area['tabOverviewReplacementTemplate'] ?? $area['tabOverviewModuleOutputTemplate'];
        $file = ROOTDIR . "/modules/servers/$module/$template";
        $output = rendered($file, $area['templateVariables'] + ['token' => generate_token('plain')]);
    }
    $status = service($id)->domainstatus;
    $alert = match ($result) {
        null => '',
        'success' => '<div class="alert alert-success">Done</div>',
        default => '<div class="alert alert-danger">' . htmlspecialchars($result) . '</div>',
    };
    echo "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Product details</title></head><body>",
        "$alert<p id=\"status\">$status</p>",
        '<form method="post" action="clientarea.php?action=productdetails">', generate_token(), '</form>',
        "<div class=\"text-center module-client-area\">$output</div></body></html>";
}

/** Call one of the module's own functions for the client, if the module allows it. */
function custom(int $id, string $function): string
{
    $allowed = [];
    foreach (['ClientAreaCustomButtonArray', 'ClientAreaAllowedFunctions'] as $list) {
        if (module_function(product((int) service($id)->packageid)->servertype, $list)) {
            $allowed += call_service($list, $id, 'array');
        }
    }
    return in_array($function, $allowed, true) ? call_service($function, $id, 'string') : 'Function not allowed';
}

load_hooks();
session_start();
if ($path === '/login.php') {
    // Who the client is was proved elsewhere.
    $_SESSION['uid'] = (int) $_GET['client'];
    if (isset($_GET['admin'])) {
        $_SESSION['adminid'] = (int) $_GET['admin']; // staff who look at what the client sees
    }
    echo 'logged in';
    return true;
}
$typed = $_POST;
$_POST = encoded($_POST);
$_REQUEST = encoded($_REQUEST);
$_GET = encoded($_GET);
$id = (int) ($_REQUEST['id'] ?? 0);
if ($path !== '/clientarea.php' || !isset($_SESSION['uid'])) {
    return not_found();
}
if (!rows('SELECT id FROM tblhosting WHERE id = ? AND userid = ?', $id, $_SESSION['uid'])) {
    return not_found();
}
$result = null;
if (isset($_GET['dosinglesignon'])) {
    $answer = call_service('ServiceSingleSignOn', $id, 'array');
    if ($answer['success'] ?? false) {
        header('Location: ' . $answer['redirectTo'], true, 302);
        return true;
    }
    $result = $answer['errorMsg'];
} elseif (($_REQUEST['modop'] ?? '') === 'custom') {
    $result = custom($id, (string) $_REQUEST['a']);
} elseif (isset($_POST['modulechangepassword'])) {
    check_token();
    $same = $_POST['newpw'] === $_POST['confirmpw'];
    $result = $same ? core('ChangePassword', $id, ['password' => $typed['newpw']]) : 'The passwords differ';
}
details($id, $result);
return true;
