"""Puts what was made from the policy into a page, between two marks. Pure."""


def put_into(text: str, name: str, made: str) -> str:
    """Return a text with the part `name` made anew; raises ValueError without its two marks."""
    first, last = f"<!-- {name}: made by `recours policy {name}` -->", f"<!-- end of {name} -->"
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"the text lacks the lines {first} and {last}")
    return f"{before}{begin}\n{made}{end}{after}"
