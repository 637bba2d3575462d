"""Where a database is, as users write it. Nothing here connects."""

from urllib.parse import parse_qsl, urlsplit


def has_password(url: str) -> bool:
    """Whether a URL, or a line of `keyword=value` as PostgreSQL has them, holds a password."""
    if "://" in url:
        try:
            parts = urlsplit(url)
        except ValueError:
            return ":" in url.partition("://")[2].rpartition("@")[0]
        return parts.password is not None or "password" in dict(parse_qsl(parts.query, keep_blank_values=True))
    return any(word.strip().startswith("password") for word in url.replace("=", " = ").split())
