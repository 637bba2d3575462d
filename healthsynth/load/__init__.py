"""Loading a finished run into a FHIR server, and taking it out again.

source (files -> units) -> closure (unit -> transactions) -> server (HTTP, retries) -> journal (what was accepted)
"""
