<?php
// The product page of one of WHMCS's public themes, rendered by Smarty with a fragment of ours.
// Standard input: {"smarty", "themes", "theme", "module", "fragment", "product", "compiled"} as JSON, where
// module is the template of our WHMCS module and compiled a folder. Standard output: HTML.

declare(strict_types=1);

/** WHMCS's phrases are not public: each one is its own name, and has further ones below it. */
final class Phrases implements ArrayAccess, Stringable
{
    public function __construct(private string $name = '')
    {
    }

    public function offsetExists(mixed $name): bool
    {
        return true;
    }

    public function offsetGet(mixed $name): self
    {
        return new self(ltrim("$this->name.$name", '.'));
    }

    public function offsetSet(mixed $name, mixed $value): void
    {
    }

    public function offsetUnset(mixed $name): void
    {
    }

    public function __toString(): string
    {
        return $this->name;
    }
}

/** The address of one of WHMCS's own pages, as the themes ask for it by a name. */
function routePath(string $name, mixed ...$values): string
{
    return '/' . implode('/', [$name, ...array_map('strval', $values)]);
}

$given = json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
require $given['smarty'];

$smarty = new Smarty();
$smarty->setTemplateDir($given['themes']);
$smarty->setCompileDir($given['compiled']);
// The themes ask for variables that WHMCS sets only at times.
$smarty->error_reporting = E_ALL & ~E_WARNING & ~E_NOTICE & ~E_DEPRECATED;
error_reporting($smarty->error_reporting);
$smarty->registerPlugin('function', 'lang', fn (array $asked) => $asked['key']);
$smarty->assign(['template' => $given['theme'], 'LANG' => new Phrases()] + $given['product']);

// As WHMCS does with tabOverviewModuleOutputTemplate and its templateVariables.
$module = $smarty->createTemplate($given['module']);
$module->assign('puqFragment', $given['fragment']);
$smarty->assign('moduleclientarea', $module->fetch());

echo $smarty->fetch("{$given['theme']}/clientareaproductdetails.tpl");
