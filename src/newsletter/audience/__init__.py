"""Subscribers, their consent, suppressions, segments, import and export.

In: a connection or an engine of `newsletter.store`, what somebody asks, and the moment. Out: people, counts, verdicts,
and statements that a ledger can insert from.
May not: send anything, or forget that somebody wants no mail.

    address      read_address
    importing    import_file            exporting    export
    subscribers  find, page, stream, recipients, total
    segments     select_for, count, matches
    membership   add, remove, forget, kept_of
    intake       suppression_reasons        tokens     keys_of, sign, verify
    signing_up   ask, confirm, leave        consent    record, consents_of
    preferences  choose, rename             retention  keep_no_longer
    documents    kept_as_document

Nothing is imported here: a command that only reads an address need not wait for the database's library.
"""
