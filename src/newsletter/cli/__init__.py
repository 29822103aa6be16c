"""A command line in, calls of the rooms below, words and an exit status out.

In: arguments, the environment, the moment; chance too, for what must not be guessed. Out: words for a person on
standard error, results on standard output, an exit status.
May not: hold any logic that another program would want too; import a room before a command needs it.

A module is one command, a group of commands that belong together (`subscribers`, `steering`), or what some of them
share: `later`, `options` and `workspace` before the work, `mailing` and `delivering` for an issue on its way, `output`,
`tallies` and `progress` for what is shown. `main` has the table of commands, and the one place where a bug ends.

Exit status: 0 done; 1 done, with something to look at; 2 wrong usage, configuration or issue; 3 a bug;
130 interrupted.
"""
