"""`puq-zimbra completion`: what a shell reads to complete our commands.

Source: click "Shell Completion".
"""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

_NAME, _VARIABLE = "puq-zimbra", "_PUQ_ZIMBRA_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what a shell reads to complete commands and options.

    \b
    Examples:
      puq-zimbra completion bash > /etc/bash_completion.d/puq-zimbra
      puq-zimbra completion zsh > "${fpath[1]}/_puq-zimbra"
      puq-zimbra completion fish > ~/.config/fish/completions/puq-zimbra.fish
    """
    click.echo(script(shell))


def script(shell: str) -> str:
    """What a shell reads."""
    from puq_zimbra.cli import cli

    kind = get_completion_class(shell)
    if kind is None:  # Choice names what click has
        raise click.UsageError(f"There is no completion for {shell}.")
    # Not the shell's own, which starts bash to ask for its version.
    return ShellComplete.source(kind(cli, {}, _NAME, _VARIABLE))
