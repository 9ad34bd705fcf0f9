<?php

/**
 * What happens to a service over time: it is ordered, paid for, renewed, overdue, upgraded and
 * cancelled. Days are given, so that nothing waits for the clock.
 *
 * Source: WHMCS documentation, "Automation Settings", "Order Management", "Product Upgrades",
 * "Cancellation Requests", "Module Queue".
 */

declare(strict_types=1);

const OVERDUE = 'Overdue on Payment';
/** days before its day that an invoice is made, and after it that the service is suspended */
const INVOICE_DAYS = 14;
const GRACE_DAYS = 5;

function day(string $from, string $change): string
{
    return (new DateTimeImmutable($from))->modify($change)->format('Y-m-d');
}

/** A customer's order, not yet paid. */
function order(object $given): int
{
    $product = product($given->product);
    $id = add('tblhosting', [
        'userid' => $given->client,
        'packageid' => $product->id,
        'server' => $product->server,
        'regdate' => $given->today,
        'domain' => $given->domain,
        'amount' => $product->price,
        'nextduedate' => $given->today,
        'username' => '',
        'password' => encrypt($given->password),
        'suspendreason' => '',
    ]);
    invoice(service($id), 0);
    return $id;
}

function invoice(object $service, int $renews): void
{
    $number = add('tblinvoices', [
        'serviceid' => $service->id,
        'duedate' => $service->nextduedate,
        'total' => $service->amount,
        'renews' => $renews,
        'status' => 'Unpaid',
    ]);
    add('tblinvoiceitems', ['invoiceid' => $number, 'type' => 'Hosting', 'relid' => $service->id]);
}

function unpaid(int $id): array
{
    return rows("SELECT * FROM tblinvoices WHERE serviceid = ? AND status = 'Unpaid'", $id);
}

/** The customer pays: a new service is made, a suspended one comes back, an old one is renewed. */
function pay(int $id): array
{
    $answers = [];
    foreach (unpaid($id) as $invoice) {
        change("UPDATE tblinvoices SET status = 'Paid' WHERE id = ?", $invoice->id);
        $service = service($id);
        $next = day($service->nextduedate, '+1 month');
        change('UPDATE tblhosting SET nextduedate = ? WHERE id = ?', $next, $id);
        if ($service->domainstatus === 'Pending') {
            $answers['CreateAccount'] = automated('CreateAccount', $id);
        }
        if ($service->domainstatus === 'Suspended' && $service->suspendreason === OVERDUE) {
            $answers['UnsuspendAccount'] = automated('UnsuspendAccount', $id);
        }
        if ($invoice->renews) {
            $answers['Renew'] = automated('Renew', $id);
        }
    }
    return $answers;
}

/** An order of another product for a service, and its payment. */
function upgrade(int $id, int $product): string
{
    change(
        'UPDATE tblhosting SET packageid = ?, amount = ? WHERE id = ?',
        $product, product($product)->price, $id
    );
    return automated('ChangePackage', $id);
}

/** One run of the daily cron. */
function cron(string $today): array
{
    $answers = [];
    foreach (rows("SELECT * FROM tblhosting WHERE domainstatus IN ('Active', 'Suspended')") as $service) {
        $id = (int) $service->id;
        if (day($service->nextduedate, '-' . INVOICE_DAYS . ' days') <= $today && !unpaid($id)) {
            invoice($service, 1);
        }
        $answers += cancelled($service, $today) ?: overdue($service, $today);
    }
    foreach (rows('SELECT * FROM tblservers WHERE active = 1 AND disabled = 0') as $server) {
        if ($function = module_function($server->type, 'UsageUpdate')) {
            $function(server_params((int) $server->id));
        }
    }
    run_hook('DailyCronJob', []);
    run_hook('AfterCronJob', []);
    return $answers;
}

function cancelled(object $service, string $today): array
{
    foreach (rows('SELECT * FROM tblcancelrequests WHERE relid = ?', $service->id) as $request) {
        if ($request->type === 'Immediate' || $service->nextduedate <= $today) {
            return ['TerminateAccount' => automated('TerminateAccount', (int) $service->id)];
        }
    }
    return [];
}

function overdue(object $service, string $today): array
{
    if ($service->domainstatus !== 'Active' || $service->overideautosuspend) {
        return [];
    }
    foreach (unpaid((int) $service->id) as $invoice) {
        if (day($invoice->duedate, '+' . GRACE_DAYS . ' days') <= $today) {
            $more = ['suspendreason' => OVERDUE];
            return ['SuspendAccount' => automated('SuspendAccount', (int) $service->id, $more)];
        }
    }
    return [];
}
