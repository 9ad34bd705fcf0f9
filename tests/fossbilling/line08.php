<?php

// What is so in FOSSBilling 0.8 alone. Source: FOSSBilling 0.8.5, `library/FOSSBilling/Api/AbstractApi.php`, `i18n.php`,
// `Twig/TwigFactory.php` (getCsrfToken).

declare(strict_types=1);

namespace FOSSBilling {
    class i18n
    {
        public static function getActiveLocale(object $request, bool $autoDetect = true, ?object $cookies = null): string
        {
            return 'pl_PL';
        }
    }
}

namespace FOSSBilling\Api {
    class AbstractApi
    {
        use \ApiOfALine;

        protected function checkPermissions(string $module, ?string $key = null, mixed $constraint = null): void
        {
            if ($module !== 'servicezimbra' || $key !== 'manage') {
                throw new \FOSSBilling\InformationException('You do not have permission to perform this action');
            }
        }
    }
}

namespace Symfony\Component\HttpFoundation {
    class Response
    {
        public function __construct(public string $content, public int $status, public array $headers)
        {
        }
    }
}

namespace {
    function stub_line(Pimple\Container $di): void
    {
        $di['request'] = new stdClass();
        $di['cookie_queue'] = new stdClass();
        $di['session'] = new class {
            public function get(string $name): ?string
            {
                return $name === 'csrf_token' ? str_repeat('ab', 32) : null;
            }
        };
    }

    function session_token(Pimple\Container $di): string
    {
        return $di['session']->get('csrf_token');
    }
}
