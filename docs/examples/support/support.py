"""The application's own code: what it asks, and what it makes of an answer."""


def prompt_of(mail: str) -> str:
    """What is asked about a customer's mail."""
    return f"Answer this mail in at most five sentences.\n\n{mail}"


def preview_of(answer: str) -> str:
    """The line that the mailbox shows."""
    return " ".join(answer.split())[:60]
