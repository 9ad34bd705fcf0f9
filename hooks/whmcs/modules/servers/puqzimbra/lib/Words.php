<?php

declare(strict_types=1);

namespace WHMCS\Module\Server\Puqzimbra;

/** The names of settings and metrics in the language of the installation, beside the English ones. */
final class Words
{
    /** What the names of numbered classes are kept as: metrics are listed without a server. */
    private const CLASSES = 'classes';

    /**
     * The settings of a product. A name stands in both languages: messages use the English one.
     *
     * @param array<string, mixed> $params
     * @param array<mixed> $options
     *
     * @return array<mixed>
     */
    public static function settings(array $params, array $options): array
    {
        foreach ($options as $key => $option) {
            $english = (string) ($option['FriendlyName'] ?? $key);
            $own = Language::say($params, $english);
            $option['FriendlyName'] = $own === $english ? $english : "$own / $english";
            $option['Description'] = Language::say($params, (string) ($option['Description'] ?? ''));
            foreach ($option['Options'] ?? [] as $value => $label) {
                $option['Options'][$value] = Language::say($params, (string) $label);
            }
            $options[$key] = $option;
        }
        return $options;
    }

    /**
     * The name of a metric, as customers read it; a numbered class bears the name it has in Zimbra.
     *
     * @param array<string, mixed> $metric as the engine declares it
     */
    public static function metric(array $metric): string
    {
        if (!isset($metric['pattern'])) {
            return Language::say([], $metric['displayName']);
        }
        $name = self::classes()[$metric['systemName']] ?? substr($metric['systemName'], strlen('cos_'));
        return Language::say([], $metric['pattern'], ['name' => $name]);
    }

    /** Keep the names of the classes, which come with the figures. */
    public static function keep(mixed $classes): void
    {
        $classes = array_filter(is_array($classes) ? $classes : [], 'is_string');
        try {
            if ($classes !== [] && $classes !== self::classes()) {
                Kept::put(self::CLASSES, json_encode($classes, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE));
            }
        } catch (\Throwable) {
            // The figures are worth more than a name.
        }
    }

    /** @return array<string, string> the metric of a class -> its name */
    private static function classes(): array
    {
        try {
            $kept = json_decode(Kept::get(self::CLASSES), true);
        } catch (\Throwable) {
            return [];
        }
        return array_filter(is_array($kept) ? $kept : [], 'is_string');
    }
}
