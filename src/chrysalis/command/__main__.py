"""`python -m chrysalis.command` is `chrysalis`."""

from chrysalis.command.app import main

if __name__ == "__main__":
    main()
