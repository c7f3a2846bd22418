"""What stops a sandbox from being had. Tests are an outermost edge: here problems are raised."""


class SandboxError(Exception):
    """The sandbox cannot be had, or has stopped working; the message says why and how to fix it."""
