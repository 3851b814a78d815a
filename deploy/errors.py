"""What may go wrong for an operator, without anything that takes long to import."""


class CallFailed(Exception):
    """A service refused a request or does not answer; the message is for the operator."""


class NotRunning(Exception):
    """No running system is known; the message says how to start or name one."""
