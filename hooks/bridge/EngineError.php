<?php

declare(strict_types=1);

namespace PuqZimbra;

/** The engine gave no answer that can be believed; the message says it to an administrator. */
final class EngineError extends \RuntimeException
{
}
