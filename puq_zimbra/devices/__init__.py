"""How a mailbox is set up in a phone or a mail program: values to copy, profiles, files.

programs   host names, ports and addresses of each protocol
apple      a configuration profile for iPhone, iPad and Mac
files      what Thunderbird and Outlook look for on a web server of the domain

Nothing here holds a password.
"""
