"""Whether all is well before the first mail: the workspace, the mail server, the DNS, the site.

In: the settings of a workspace, and the ways to the outside as an argument: a name service, a web, whom to trust, the
time. Out: for each thing that was looked at, a verdict, what was found, and how to mend it. What cannot be seen from
here is `unknown`, with the reason; it is never guessed.
May not: send a mail, write to a file or a database, change anything at all, or wait longer than half a minute.
"""

from newsletter.doctor.all_examinations import EXAMINATIONS, Result, examine
from newsletter.doctor.examined import Examined, Verdict
from newsletter.doctor.names import Names
from newsletter.doctor.outside import Outside

__all__ = ["EXAMINATIONS", "Examined", "Names", "Outside", "Result", "Verdict", "examine"]
