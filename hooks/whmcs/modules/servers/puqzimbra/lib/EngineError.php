<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/** The engine gave no answer that can be believed; the message says it to an administrator. */
final class EngineError extends \RuntimeException
{
}
