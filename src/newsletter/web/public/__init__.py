"""What readers do by themselves in a browser: subscribe, confirm, change what they get, leave.

In: a request from anybody, and a `Site`. Out: a page, and what it changed in the database, in one transaction with the
mail that follows from it.
May not: change anything at a GET, set a cookie, need a script, believe an address in a URL, or say who is a subscriber.

    site        what the handlers need              routes       the addresses, and who answers at each
    pages       a template as a response            forms        what a form says, and when it was shown
    allowance   how many sign-ups are taken         proof        what is kept of who agreed, when and where
    links       a token, or that it is none of ours
    subscribe, confirm, unsubscribe, preferences, access          the handlers
    search      the archive's search without scripts
    discussion  Isso's door on our site             replies      the end of its mails about answers

Around them stands the server:

    gate        what every request passes           app          the pages, the archive's files, health
    forwarded   who asks, by our own proxies' word  files        the archive, in memory
    postman     takes our own mails out             letters      their texts, made ready
    server      all of it, until it is told to end  upkeep, log  what is let go of; a line for each request
"""
