"""The podcast's feed, and what of it is written down beside an issue.

In: the settings of the podcast, the workspace, the web. Out: a `Feed` and its episodes; an episode made whole, with
chapters, transcript and cover; files beside an issue.
May not: believe a feed. It is fetched at the one guarded door, read in a process of its own that is ended when it takes
too long, and what cannot be had of an episode is left out and told. An issue's own file is never touched.

Nothing is imported here: the process that reads a feed needs little of it.
"""
