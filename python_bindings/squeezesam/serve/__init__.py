"""`squeezesam serve`: the segmenter behind a REST API and a page, for one machine.

Needs the extra ``serve`` (Starlette, uvicorn, python-multipart, prometheus-client); nothing outside
this package imports it but the command. What is promised at the door: docs/serve.md.
"""
