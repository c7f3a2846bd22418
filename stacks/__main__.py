"""The Pulumi program of this platform repo: declares what the stack's role and specs ask for."""

from tonnage import stack

stack.declare()
