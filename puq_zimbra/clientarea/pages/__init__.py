"""The pages, one file each: ``PAGE`` declares it, ``draw`` gives the variables of its template."""
