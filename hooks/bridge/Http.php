<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * The engine over HTTP: a unix socket, loopback, or verified TLS.
 *
 * Nothing is followed, no proxy of the environment is asked, and only a signed answer is believed.
 */
final class Http
{
    private const CONNECT_SECONDS = 3;
    private const MAY_GO_ON = 'The work may go on there; it is safe to retry.';

    private Signature $signature;
    private string $base;

    /** @throws EngineError what is missing here */
    public function __construct(private Settings $settings)
    {
        if (!function_exists('curl_init') || !function_exists('curl_exec')) {
            throw new EngineError(
                "PHP's curl extension is missing or disabled, which reaching the mail engine needs."
            );
        }
        $this->signature = new Signature($settings->secret, $settings->secretPlace);
        // The name is never looked up: there is none such, should the socket ever be left out.
        $this->base = $settings->socket === '' ? $settings->engine : 'http://engine.invalid';
    }

    /**
     * Send a signed body; the body of the answer.
     *
     * @param int $largest bytes that an answer may have
     *
     * @throws EngineError no answer came, or none that can be believed
     */
    public function answer(string $path, string $id, string $body, float $seconds, int $largest): string
    {
        $time = time();
        $headers = [];
        $answer = '';
        $tooLarge = false;
        $curl = curl_init();
        curl_setopt_array($curl, [
            CURLOPT_URL => "{$this->base}/v1/hook/$path",
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => [
                'Content-Type: application/json',
                'Expect:',
                "webhook-id: $id",
                "webhook-timestamp: $time",
                'webhook-signature: ' . $this->signature->sign($id, $time, $body),
            ],
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_CONNECTTIMEOUT => self::CONNECT_SECONDS,
            CURLOPT_TIMEOUT_MS => (int) ($seconds * 1000),
            CURLOPT_NOSIGNAL => true,
            CURLOPT_TCP_NODELAY => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => str_starts_with($this->base, 'https:') ? CURLPROTO_HTTPS : CURLPROTO_HTTP,
            CURLOPT_PROXY => '',
            CURLOPT_NOPROXY => '*',
            CURLOPT_NETRC => CURL_NETRC_IGNORED,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$headers): int {
                if (str_starts_with($line, 'HTTP/')) {
                    $headers = [];
                } elseif (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $headers[strtolower(trim($name))] = trim($value);
                }
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($curl, string $part) use (&$answer, &$tooLarge, $largest): int {
                $tooLarge = strlen($answer) + strlen($part) > $largest;
                if ($tooLarge) {
                    return 0;
                }
                $answer .= $part;
                return strlen($part);
            },
        ]);
        if ($this->settings->socket !== '') {
            curl_setopt($curl, CURLOPT_UNIX_SOCKET_PATH, $this->settings->socket);
        }
        if ($this->settings->caFile !== '') {
            curl_setopt($curl, CURLOPT_CAINFO, $this->settings->caFile);
        }
        curl_exec($curl);
        $error = curl_errno($curl);
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        unset($curl); // curl_close does nothing since PHP 8.0, and is deprecated from 8.5 on
        if ($tooLarge) {
            throw new EngineError("The mail engine's answer is larger than $largest bytes, so it was not read.");
        }
        if ($error !== 0) {
            throw new EngineError($this->sentence($error));
        }
        $this->verify($status, $headers, $id, $body, $answer);
        return $answer;
    }

    /**
     * @param array<string, string> $headers names in lower case
     *
     * @throws EngineError the answer is not the engine's, or not the one to this request
     */
    private function verify(int $status, array $headers, string $id, string $body, string $answer): void
    {
        $signatures = $headers['webhook-signature'] ?? '';
        if ($signatures === '') {
            throw new EngineError($this->unsigned($status));
        }
        $right = ($headers['webhook-id'] ?? '') === $id
            && $this->signature->holds($signatures, $id, $headers['webhook-timestamp'] ?? '', $answer);
        if (!$right) {
            throw new EngineError(
                'The answer is not signed with our secret for this request, so it is not believed: compare the'
                . ' secret and the clocks of both machines. ' . self::MAY_GO_ON
            );
        }
        // What was sent is signed, too: sent back, it must not pass for an answer.
        if (hash_equals($body, $answer)) {
            throw new EngineError('Our own request came back as the answer, so it is not believed.');
        }
    }

    private function unsigned(int $status): string
    {
        return match (true) {
            $status === 401 => 'The mail engine refused the signature: compare the secret in the Access Hash of'
                . " the server with the engine's, and the clocks of both machines.",
            $status === 404 => 'The mail engine does not know this function: is it older than the module, or'
                . " does something else answer at {$this->settings->engine}?",
            $status === 408 => 'The request did not reach the mail engine in time; it is safe to retry.',
            $status === 413 => 'The request is larger than the mail engine accepts.',
            $status === 503 => 'The mail engine is busy or about to stop; retry in a moment.',
            $status >= 300 && $status < 400 => "A redirect came from {$this->settings->engine}, which the mail"
                . ' engine never sends: something else answers there.',
            default => "An answer without a signature (HTTP $status) came from {$this->settings->engine}, so it"
                . ' is not believed. ' . self::MAY_GO_ON,
        };
    }

    private function sentence(int $error): string
    {
        $engine = $this->settings->engine;
        return match ($error) {
            CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST => "The mail engine does not answer at $engine: is"
                . ' "puq-zimbra serve" running there, and may the web server\'s user reach it?',
            CURLE_OPERATION_TIMEDOUT => "The mail engine gave no answer in time. " . self::MAY_GO_ON,
            // 60 and 83 by number: not every PHP has names for them
            60, 83, CURLE_SSL_CONNECT_ERROR => "The TLS certificate of $engine is not trusted; an authority of"
                . ' your own is named by the line engine_ca_file=.',
            77 => 'The file that engine_ca_file= names cannot be read.',
            CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR => 'The connection to the'
                . ' mail engine ended before its answer was whole. ' . self::MAY_GO_ON,
            default => "The mail engine at $engine could not be asked (curl error $error). " . self::MAY_GO_ON,
        };
    }
}
