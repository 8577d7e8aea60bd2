"""Names of the sealed objects that belong to a file."""


def blob_name(file_id: str) -> str:
    """Name of the sealed original."""
    return f"files/{file_id}"


def part_name(upload_id: str, part_id: str) -> str:
    """Name of a sealed part of an upload."""
    return f"parts/{upload_id}/{part_id}"


def elements_name(file_id: str) -> str:
    """Name of the sealed elements that reading found."""
    return f"elements/{file_id}"


def password_name(file_id: str) -> str:
    """Name of the password for the next reading."""
    return f"passwords/{file_id}"


def finding_name(file_id: str, number: int) -> str:
    """Name of what an unfinished reading found, one by one."""
    return f"findings/{file_id}/{number}"


def pages_name(file_id: str) -> str:
    """Name of the sizes of its pages."""
    return f"pages/{file_id}"


def page_name(file_id: str, slot: int) -> str:
    """Name of a picture of one of its pages, or of the words on it."""
    return f"pages/{file_id}/{slot}"


def outline_name(file_id: str) -> str:
    """Name of the list of where its elements lie."""
    return f"outlines/{file_id}"
