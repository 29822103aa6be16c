"""How an issue is written: spelling, words that stand twice, sentences too long, *je* and *u*.

In: an issue's words, with their places. Out: remarks that are warnings at most.
May not: look at the mail. What is found in a passage is kept, so that a save pays for what it changed. Hunspell has one
door: `dictionaries`.
"""
