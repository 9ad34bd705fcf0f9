<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

use PuqZimbra\EngineError;
use PuqZimbra\Settings;

/**
 * What the customer's browser sent: known names alone, texts with their entities decoded once.
 *
 * Source: WHMCS encodes what browsers send, as modules' authors report; the setting `encoding` says so.
 */
final class Browser
{
    /** What the page's own keys begin with in an address. */
    private const OWN = 'puqz_';
    private const MOST_KEYS = 20;
    private const LONGEST = 320;
    /** A field of a form; the engine takes none that its form does not declare. */
    private const FIELD = '/^[a-z][a-z0-9_-]{0,80}$/D';
    private const MOST_FIELDS = 1000;
    /** Bytes of a file that the engine reads. */
    private const LARGEST_FILE = 1024 * 1024;

    private function __construct(private bool $encoded)
    {
    }

    /**
     * @param array<string, mixed> $params
     *
     * @throws EngineError the settings cannot be used
     */
    public static function of(array $params): self
    {
        $hash = is_string($params['serveraccesshash'] ?? null) ? $params['serveraccesshash'] : '';
        return new self(Settings::read($hash, dirname(__DIR__) . '/config.php')->encoded);
    }

    /** The path under which WHMCS answers; its pages are all in its top folder. */
    public static function root(): string
    {
        $script = $_SERVER['SCRIPT_NAME'] ?? '';
        $folder = is_string($script) && str_starts_with($script, '/') ? dirname($script) : '/';
        return rtrim($folder, '/');
    }

    /** The name of the page that is asked for. */
    public function page(): string
    {
        return $this->key($_GET['puq_page'] ?? '');
    }

    /** @return array<string, string> the page's own keys, without what they begin with */
    public function query(): array
    {
        $found = [];
        foreach ($_GET as $name => $value) {
            if (preg_match('/^' . self::OWN . '([a-z][a-z_]{0,30})$/D', (string) $name, $key) === 1) {
                $found[$key[1]] = $this->key($value);
            }
        }
        return array_slice($found, 0, self::MOST_KEYS, true);
    }

    /** Page and keys as an address has them, to stand behind another key; without the last form's outcome. */
    public function address(): string
    {
        $keys = ['puq_page' => $this->page()];
        foreach ($this->query() as $name => $value) {
            $keys[self::OWN . $name] = $value;
        }
        unset($keys[self::OWN . 'notice']);
        $keys = array_filter($keys, static fn (string $value): bool => $value !== '');
        return $keys === [] ? '' : '&' . http_build_query($keys);
    }

    /**
     * The form: field -> text; of several under one name, one a line.
     *
     * @return array<string, string>
     *
     * @throws EngineError a value is no text
     */
    public function form(): array
    {
        $form = [];
        foreach (array_slice($_POST, 0, self::MOST_FIELDS, true) as $name => $value) {
            $name = (string) $name;
            if (preg_match(self::FIELD, $name) !== 1) {
                continue;
            }
            $texts = array_map(
                fn (mixed $one): string => (string) Parameters::decoded($one, $name, $this->encoded),
                is_array($value) ? array_values($value) : [$value],
            );
            $form[$name] = implode("\n", $texts);
        }
        return $form + self::files();
    }

    /** @return array<string, string> the files of the form as data URLs; the engine refuses one that is too large */
    private static function files(): array
    {
        $found = [];
        foreach ($_FILES as $name => $file) {
            $path = $file['tmp_name'] ?? '';
            if (preg_match(self::FIELD, (string) $name) !== 1 || !is_string($path) || !is_uploaded_file($path)) {
                continue;
            }
            $content = (string) file_get_contents($path, false, null, 0, self::LARGEST_FILE + 1);
            $found[$name] = 'data:application/octet-stream;base64,' . base64_encode($content);
        }
        return $found;
    }

    private function key(mixed $value): string
    {
        if (!is_string($value) || preg_match('//u', $value) !== 1) {
            return '';
        }
        return mb_substr((string) Parameters::decoded($value, 'query', $this->encoded), 0, self::LONGEST);
    }
}
