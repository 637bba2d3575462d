"""Modules of Synthea's format, linked and prepared: conditions and draws as functions of a life."""
