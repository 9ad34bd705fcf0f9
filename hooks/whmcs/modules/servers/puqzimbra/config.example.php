<?php

// Settings of this machine. Copy it to config.php to use it; every line is optional, and the lines of the
// same name in the Access Hash of a server win over it.

if (!defined('WHMCS')) {
    die('This file cannot be accessed directly');
}

return [
    // As "puq-zimbra secret --installation whmcs" printed it (the installation's name below): it is this
    // WHMCS's own, and the engine must know the same one.
    'secret' => 'whsec_…',
    // unix:/run/puq-zimbra/hook.sock, http://127.0.0.1:7410 (this machine alone), https://host:port or command
    'engine' => 'http://127.0.0.1:7410',
    // PEM file of the authority that signed the engine's certificate, if the system does not know it
    'engine_ca_file' => '',
    // The name of this WHMCS at the engine: small letters, digits, dots and hyphens. Never change it later.
    'installation' => 'whmcs',
    // html: WHMCS encodes &, <, >, " and ' in what it hands over; raw: it does not
    'encoding' => 'html',
    // The program that engine=command runs. It can be named here alone.
    'program' => '/opt/puq-zimbra/bin/puq-zimbra',
    // The most seconds that a call may take, where PHP or the web server allows less than the module's own
    // 3 for a page, 25 for a change, 120 for the figures of a server. It can be set here alone.
    'seconds' => '',
    // beside: our part of the customer's page stands beside WHMCS's own rows; whole: it replaces them, with the
    // billing facts among its rows. It can be set here alone.
    'page' => 'beside',
];
