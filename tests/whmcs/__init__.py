"""The WHMCS module: real PHP, called as WHMCS calls it."""
