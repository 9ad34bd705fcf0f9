<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * WHMCS's own commands, of which a failed one is never passed over.
 *
 * Source: WHMCS developer documentation, "Internal API", "LogActivity".
 */
final class Api
{
    /**
     * Carry out a command.
     *
     * @param array<string, mixed> $values
     *
     * @return string nothing, or why it failed
     */
    public static function call(string $command, array $values): string
    {
        try {
            $answer = self::answer($command, $values);
        } catch (\Throwable $error) {
            return "$command: " . get_class($error); // its text might hold what was sent
        }
        if (($answer['result'] ?? '') === 'success') {
            return '';
        }
        $message = is_string($answer['message'] ?? null) ? $answer['message'] : 'no reason was given';
        return "$command: $message";
    }

    /**
     * What a command answers.
     *
     * @param array<string, mixed> $values
     *
     * @return array<string, mixed>
     */
    public static function answer(string $command, array $values): array
    {
        $answer = function_exists('localAPI') ? localAPI($command, $values) : null;
        return is_array($answer) ? $answer : [];
    }

    /** Put a line into the activity log. */
    public static function log(string $line): void
    {
        if (function_exists('logActivity')) {
            logActivity("puqzimbra: $line");
        }
    }
}
