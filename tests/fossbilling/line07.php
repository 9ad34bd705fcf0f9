<?php

// What is so in FOSSBilling 0.7 alone. Source: FOSSBilling 0.7.2, `library/Api/Abstract.php`, `library/FOSSBilling/i18n.php`.

declare(strict_types=1);

namespace FOSSBilling {
    class i18n
    {
        public static function getActiveLocale(bool $autoDetect = true): string
        {
            return 'pl_PL';
        }
    }
}

namespace Box\Mod\Servicezimbra\Line {
    /** PHP's own keeps no headers on a command line. */
    function header(string $line, bool $replace = true, int $status = 0): void
    {
        $GLOBALS['headers'][] = "$status $line";
    }
}

namespace {
    class Api_Abstract
    {
        use ApiOfALine;
    }

    function stub_line(Pimple\Container $di): void
    {
        session_id('0123456789abcdef0123456789');
        session_start(['use_cookies' => 0, 'save_path' => sys_get_temp_dir(), 'read_and_close' => false]);
    }

    function session_token(Pimple\Container $di): string
    {
        return hash('md5', session_id());
    }
}
