<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * What WHMCS knows of a purchase, for the customer's page; each fact is left out when it is not there.
 *
 * Source: WHMCS class documentation, `WHMCS\Service\Service`; API "GetPaymentMethods".
 */
final class Billing
{
    /**
     * The facts of a service, in the engine's words.
     *
     * @param array<string, mixed> $params
     *
     * @return array<string, string>
     */
    public static function of(array $params): array
    {
        $service = $params['model'] ?? null;
        if (!is_object($service)) {
            return [];
        }
        try {
            $amount = $service->amount ?? null;
            $client = $service->client ?? null;
            $facts = [
                'registered' => self::day($service->regdate ?? $service->registrationDate ?? null),
                'recurring_amount' => is_numeric($amount) ? number_format((float) $amount, 2, '.', '') : '',
                'currency' => self::text($client->currencyCode ?? $client->currencyrel->code ?? null),
                'cycle' => strtolower(self::text($service->billingcycle ?? null)),
                'next_due' => self::day($service->nextduedate ?? null),
                'payment_method' => self::gateway(self::text($service->paymentmethod ?? null)),
            ];
        } catch (\Throwable) {
            return []; // the page is worth more than its billing facts
        }
        return array_filter($facts, static fn (string $fact): bool => $fact !== '');
    }

    private static function text(mixed $value): string
    {
        return is_string($value) && preg_match('//u', $value) === 1 ? $value : '';
    }

    private static function day(mixed $value): string
    {
        $text = $value instanceof \DateTimeInterface ? $value->format('Y-m-d') : substr(self::text($value), 0, 10);
        return preg_match('/^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$/D', $text) === 1 ? $text : '';
    }

    /** The name that customers know a payment gateway by; WHMCS stores its module's. */
    private static function gateway(string $module): string
    {
        if ($module === '' || !function_exists('localAPI')) {
            return '';
        }
        $answer = localAPI('GetPaymentMethods', []);
        foreach ($answer['paymentmethods']['paymentmethod'] ?? [] as $method) {
            if (($method['module'] ?? '') === $module) {
                return self::text($method['displayname'] ?? null);
            }
        }
        return '';
    }
}
