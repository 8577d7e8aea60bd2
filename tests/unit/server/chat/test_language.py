from server.chat.language import language_of


def test_the_language_is_that_of_most_of_the_text() -> None:
    assert language_of("How long is probation?") == "en"
    assert language_of("年假有多少天?") == "zh"
    assert language_of("VPN 怎么申请?") == "zh"
    assert language_of("What does 翰林 mean in our company handbook?") == "en"
    assert language_of("") == "en"
