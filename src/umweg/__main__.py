"""`python -m umweg` is the same as `umweg`."""

from umweg.cli.main import main

main()
