"""Shows pages as they look: as pictures for people, with the words on them and where they stand.

`model` is what may be asked and what comes back. `pdf` and `picture` are the viewers of formats that have pages
(`ingest.formats` names them); they run in the sandbox, as readers do. `quote` finds words of a quote on a page.
"""
