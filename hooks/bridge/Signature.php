<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * Signatures over id, time and body, of what is sent and of what comes back.
 *
 * Source: Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 */
final class Signature
{
    /** Seconds by which the two clocks may differ. */
    private const TOLERANCE = 300;

    private string $key;

    /**
     * @param string $secret `whsec_` and 24 to 64 bytes in base64
     * @param string $place  where it stands, for an error
     *
     * @throws EngineError it is none
     */
    public function __construct(#[\SensitiveParameter] string $secret, string $place = 'The secret')
    {
        if ($secret === '') {
            throw new EngineError(
                'No secret is set: put the line secret=whsec_… into the Access Hash of the server,'
                . ' as "puq-zimbra secret" printed it.'
            );
        }
        $this->key = self::key($secret);
        if (strlen($this->key) < 24 || strlen($this->key) > 64) {
            throw new EngineError("$place is not whsec_ followed by 24 to 64 bytes in base64.");
        }
    }

    /** The bytes of a secret; none if it is not one. */
    private static function key(#[\SensitiveParameter] string $secret): string
    {
        return str_starts_with($secret, 'whsec_') ? (string) base64_decode(substr($secret, 6), true) : '';
    }

    /** The value of `webhook-signature`. */
    public function sign(string $id, int $time, string $body): string
    {
        return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $this->key, true));
    }

    /**
     * Whether one of the signatures, separated by blanks, is right and the time is near ours.
     *
     * @param string $time as it was received
     */
    public function holds(string $signatures, string $id, string $time, string $body): bool
    {
        if (preg_match('/^[0-9]{1,12}$/D', $time) !== 1 || abs(time() - (int) $time) > self::TOLERANCE) {
            return false;
        }
        $right = $this->sign($id, (int) $time, $body);
        $found = false;
        foreach (explode(' ', $signatures) as $signature) {
            $found = hash_equals($right, $signature) || $found;
        }
        return $found;
    }
}
