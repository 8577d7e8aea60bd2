import pytest

from server.access.scopes import scope_of


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/chat/completions", "chat"),
        ("GET", "/v1/responses/resp_1", "chat"),
        ("GET", "/v1/models/lectern@store", "chat"),
        ("POST", "/v1/vector_stores/vs_1/search", "search"),
        ("GET", "/v1/vector_stores/vs_1", "files.read"),
        ("POST", "/v1/vector_stores", "stores.write"),
        ("DELETE", "/v1/vector_stores/vs_1", "stores.write"),
        ("POST", "/v1/vector_stores/vs_1/sources", "stores.write"),
        ("GET", "/v1/vector_stores/vs_1/files/file-1/content", "files.read"),
        ("DELETE", "/v1/vector_stores/vs_1/files/file-1", "files.write"),
        ("POST", "/v1/vector_stores/vs_1/file_batches", "files.write"),
        ("GET", "/v1/files", "files.read"),
        ("HEAD", "/v1/files/file-1/content", "files.read"),
        ("DELETE", "/v1/files/file-1", "files.write"),
        ("POST", "/v1/uploads", "files.write"),
        ("GET", "/v1/files/file-1/access", "stores.write"),
        ("PUT", "/v1/vector_stores/vs_1/access", "stores.write"),
        ("GET", "/v1/evals", "evals"),
        ("POST", "/v1/batches", "batches"),
        ("GET", "/v1/audit/export", "audit"),
        ("GET", "/v1/limits/me", None),
        ("GET", "/v1/limits", "admin"),
        ("GET", "/v1/users", "admin"),
        ("GET", "/metrics", "admin"),
        ("POST", "/v1/backup", "admin"),
    ],
)
def test_a_route_is_in_the_scope_that_the_page_on_rights_tells(method: str, path: str, scope: str | None) -> None:
    assert scope_of(method, path) == scope


@pytest.mark.parametrize(
    "path", ["/v1/chatter", "/v2/chat/completions", "/v1/something_new", "/", "/v1/vector_storesx"]
)
def test_what_no_scope_names_is_for_administrators(path: str) -> None:
    assert scope_of("POST", path) == "admin"
