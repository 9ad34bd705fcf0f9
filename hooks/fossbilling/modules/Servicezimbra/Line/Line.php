<?php

declare(strict_types=1);

namespace Box\Mod\Servicezimbra\Line;

use FOSSBilling\InformationException;

/**
 * What FOSSBilling 0.7 and 0.8 do differently; each line has one file.
 *
 * Source: FOSSBilling 0.7.2 and 0.8.5, `library`, `modules/Product`, `modules/Api`.
 */
abstract class Line
{
    public static function of(\Pimple\Container $di): self
    {
        return class_exists(\FOSSBilling\Api\AbstractApi::class) ? new Line08($di) : new Line07($di);
    }

    public function __construct(protected \Pimple\Container $di)
    {
    }

    /** The language of who looks at the page. */
    abstract public function locale(): string;

    /** The token that forms of this session bear; '' where there is none. */
    abstract public function token(): string;

    /**
     * Refuse a form that does not bear this session's token.
     *
     * @throws InformationException it bears none, or another
     */
    public function requireToken(mixed $sent): void
    {
        $token = $this->token();
        if ($token === '' || !is_string($sent) || !hash_equals($token, $sent)) {
            throw new InformationException('The form is of another session: load its page again.', null, 403);
        }
    }

    /** @return array<string, mixed> the settings of a product */
    abstract public function config(object $product): array;

    abstract public function product(int $id): object;

    /** Attributes of a form of the staff's that is sent to an API. */
    abstract public function formAttributes(string $message): string;

    /** Lead the browser elsewhere after a form. */
    abstract public function redirect(\Box_App $app, string $address): mixed;

    /** Give the browser a file, which nobody keeps on the way. */
    abstract public function file(string $body, string $type, string $name): mixed;

    /** @return array<string, string> the head of a file's answer */
    protected static function headers(string $type, string $name): array
    {
        return [
            'Content-Type' => $type,
            'Content-Disposition' => "attachment; filename=\"$name\"",
            'Cache-Control' => 'no-store',
            'Referrer-Policy' => 'no-referrer',
            'X-Content-Type-Options' => 'nosniff',
            'X-Robots-Tag' => 'noindex',
        ];
    }
}
