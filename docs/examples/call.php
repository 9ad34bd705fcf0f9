<?php
// Call a hook:  php call.php http://127.0.0.1:7410 SECRET_FILE EVENT <body.json

declare(strict_types=1);

/** Sign a request, or an answer. */
function signature(string $key, string $id, string $time, string $body): string
{
    return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
}

/** Send a signed request; give the answer if it is signed, too. */
function call(string $address, string $key, string $event, string $body): string
{
    $id = 'msg_' . bin2hex(random_bytes(16));
    $time = (string) time();
    $told = [];
    $curl = curl_init("$address/v1/hook/plain/$event");
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HTTPHEADER => [
            'content-type: application/json',
            "webhook-id: $id",
            "webhook-timestamp: $time",
            'webhook-signature: ' . signature($key, $id, $time, $body),
        ],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 60,
        CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$told): int {
            [$name, $value] = array_pad(explode(':', $line, 2), 2, '');
            $told[strtolower(trim($name))] = trim($value);
            return strlen($line);
        },
    ]);
    $answer = curl_exec($curl);
    if ($answer === false) {
        throw new RuntimeException(curl_error($curl));
    }
    $right = signature($key, $id, $told['webhook-timestamp'] ?? '', $answer);
    foreach (explode(' ', $told['webhook-signature'] ?? '') as $one) {
        if (hash_equals($right, $one)) {
            return $answer;
        }
    }
    throw new RuntimeException('The answer is not signed with our secret: believe nothing of it.');
}

[, $address, $file, $event] = $argv;
$key = base64_decode(explode('whsec_', trim(file($file)[0]))[1], true);
echo call($address, $key, $event, stream_get_contents(STDIN)), "\n";
