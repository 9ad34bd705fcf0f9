<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/**
 * WHMCS's own status of a service, where it must follow what became of the mail.
 *
 * WHMCS bills by its status: mail that lives in a service called Terminated is paid by nobody. Only the
 * status is written; due date and price stay.
 *
 * Source: WHMCS developer documentation, API "UpdateClientProduct".
 */
final class Standing
{
    /**
     * After a restoration, make a terminated service active again.
     *
     * @param array<string, mixed> $params WHMCS's
     *
     * @return string `success`, or a sentence for the administrator
     */
    public static function restored(array $params): string
    {
        $service = (int) ($params['serviceid'] ?? 0);
        try {
            $status = Rows::service($service)['domainstatus'] ?? '';
        } catch (\Throwable) {
            return self::untold($service, "WHMCS's table of services cannot be read");
        }
        if (!in_array($status, ['Terminated', 'Cancelled'], true)) {
            return 'success'; // a suspended one stays so
        }
        $problem = self::set($service, 'Active');
        return $problem === '' ? 'success' : self::untold($service, $problem);
    }

    /**
     * Write a service's status.
     *
     * @return string nothing, or why it was not written
     */
    public static function set(int $service, string $status): string
    {
        return Api::call('UpdateClientProduct', ['serviceid' => $service, 'status' => $status]);
    }

    private static function untold(int $service, string $problem): string
    {
        $told = 'The mail is restored, but WHMCS was not told: set the status of the service to Active yourself,'
            . " or nobody is billed for it ($problem).";
        Api::log("service $service: $told");
        return $told;
    }
}
