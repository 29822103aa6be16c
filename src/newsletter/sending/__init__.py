"""An issue out to its readers, each of them once.

In: a rendered issue, an audience, a transport, and the moment. Out: a plan, then a row for every reader with what
became of his mail. What no one can know is named, never guessed.
May not: read an issue's file, render, speak SMTP, or print.

    states     the table of what may happen to a row     policy, pace  what follows from an answer; how fast it goes
    plan       what would be sent, and what forbids it   planning      the same, over every reader there is
    sendings   one as a whole: frozen, found, steered    ledger        its rows, for one sender
    changes    the only place that changes a row         senders       who sends, who died, what is left behind
    engine     one sender at work                        feed          what the transport takes its messages from
    committer  the one writer of a sender's notes        letters       one reader's message
    rows       what these hand to each other             clock         a sender's time, which only goes forward
    guard      when refusals are too many to be believed refusals      what then: held for the editor's word
    evidence   what the log of a server proves of doubts
    replay     a provider asked again, which settles some too
    rehearsal  the readers copied, so that a sending can be tried without touching them
    own_mails  what is sent to one person: to confirm, to welcome, to give access
    told       what a reader tells by the links of a mail
"""
