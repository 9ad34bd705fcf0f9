"""The customer's page in the skins of the hosts that show it, looked at with a real browser.

Needs the extra `[browser]`, Chromium, and Bootstrap and axe-core from npm, as `.ci/run` installs
them; without them these tests are skipped.
"""
