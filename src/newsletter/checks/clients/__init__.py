"""A mail in the programs that readers use: what each shows of it, and whether its words can be read.

In: the finished HTML of a mail. Out: findings; or the HTML as a program makes it, which is an approximation.
May not: know of Markdown; that belongs to the rules that call this room.
"""

from newsletter.checks.clients.gmail import as_gmail
from newsletter.checks.clients.inverted import inverted
from newsletter.checks.clients.outlook import as_outlook

__all__ = ["as_gmail", "as_outlook", "inverted"]
