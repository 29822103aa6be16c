"""`python -m newsletter`, for where the command is not on the path."""

from newsletter.cli.main import run

run()
