"""The rules that modules must keep, one file a subject."""
