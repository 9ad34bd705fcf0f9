"""`puq-zimbra completion`: what a shell reads to complete our commands.

Source: click "Shell Completion".
"""

from __future__ import annotations

import json

import click
from click.shell_completion import ShellComplete, get_completion_class

from puq_zimbra.cli import _options

_NAME, _VARIABLE = "puq-zimbra", "_PUQ_ZIMBRA_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@_options.as_json
def completion(shell: str, as_json: bool) -> None:
    """Print what a shell reads to complete commands and options.

    \b
    Examples:
      puq-zimbra completion bash > /etc/bash_completion.d/puq-zimbra
      puq-zimbra completion zsh > "${fpath[1]}/_puq-zimbra"
      puq-zimbra completion fish > ~/.config/fish/completions/puq-zimbra.fish
    """
    text = script(shell)
    click.echo(json.dumps({"shell": shell, "script": text}) if as_json else text)


def script(shell: str) -> str:
    """What a shell reads."""
    from puq_zimbra.cli import cli

    kind = get_completion_class(shell)
    if kind is None:  # Choice names what click has
        raise click.UsageError(f"There is no completion for {shell}.")
    # Not the shell's own, which starts bash to ask for its version.
    return ShellComplete.source(kind(cli, {}, _NAME, _VARIABLE))
