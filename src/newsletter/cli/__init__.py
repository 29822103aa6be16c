"""Room 11: parse, call, print. One file for each command; its rooms are imported when it runs.

In: the command line. Out: words for a person on standard error, results on standard output, an exit status.
May not: hold any logic that another program would want too.

Exit status: 0 done; 1 done, with something to look at; 2 wrong usage, configuration or issue; 3 a bug;
130 interrupted.
"""
