"""The command `chrysalis`: what a person asks of studies, of their networks and of this machine."""
