"""The errors that a user can mend."""


class UserError(Exception):
    """Bad input. The message says what is wrong, where, and how to mend it.

    Scripts print it as one message, without a traceback, and exit with status 1.
    """
