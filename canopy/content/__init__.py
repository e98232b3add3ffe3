"""The content room: from the files of a commit to a site. Pure: no I/O, no clock, no HTML."""
