"""What happens: one file per event, each with one `run`.

`dispatch` is the way in, for every host and every door; `needs` says what a call must hold.
"""
