"""What is shown in a browser by a program of our own: the editor's preview."""
