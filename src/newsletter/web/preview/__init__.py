"""A workspace in, a page on this machine out that shows an issue as its readers will get it, at every save.

In: the folder of a workspace, and the command of a second process that renders.
Out: a server on 127.0.0.1. Each open page has one stream of events; a save sends the mail down every stream.
May not: reach a reader. It imports neither `store`, `audience`, `delivery` nor `sending`, and knows no secret.

    watching ─► Desk: a new version ─► each page's stream ─► Renderer ─►│ worker ─► Studio ─► issue, render
                                                                        a process that may die

`Renderer` and all above it never import what renders: a crash in a library costs one process, and the page stays.
"""
