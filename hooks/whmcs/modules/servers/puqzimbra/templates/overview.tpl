{* The whole overview of a service in place of WHMCS's own, where config.php says page => whole. *}
{if $pendingcancellation}<div class="alert alert-danger">{$LANG.cancellationrequestedexplanation}</div>{/if}
{$puqFragment nofilter}
{foreach $hookOutput as $output}{$output nofilter}{/foreach}
{if $showcancelbutton}<p><a class="btn btn-danger" href="clientarea.php?action=cancel&amp;id={$id}">{$LANG.clientareacancelrequestbutton}</a></p>{/if}
