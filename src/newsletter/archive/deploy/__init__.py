"""The built site on its way to its host, by the programs that people have for that: git, rsync, aws or rclone.

In: a folder with a site, and a target. Out: the same site there, and what had to change for that.
What is there already is not sent. What a page shows arrives before the page, and what no longer belongs goes last, so
a reader never meets a page without its pictures; whatever is cut off is put right by publishing again. None of the
programs is given a secret: each finds its own where it always does.
"""

from newsletter.archive.deploy.changes import Changes
from newsletter.archive.deploy.going import Publication, deploy

__all__ = ["Changes", "Publication", "deploy"]
