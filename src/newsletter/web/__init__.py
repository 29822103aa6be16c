"""What is shown in a browser by a program of our own: `preview` to an editor, `public` to everybody.

The two know nothing of each other.
"""
