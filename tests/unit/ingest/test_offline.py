"""Each test runs in a fresh process, because what is tested is what importing does."""

import subprocess
import sys
import textwrap

WATCH = """
    import os, sys

    os.environ.pop("DO_NOT_TRACK", None)

    def refuse(event, arguments):
        if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request", "subprocess.Popen"}:
            os.write(2, f"{event} {arguments}".encode())
            os._exit(9)

    sys.addaudithook(refuse)
    from ingest.offline import OfflineError, keep_unstructured_offline
"""


def run(code: str) -> str:
    script = textwrap.dedent(WATCH) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_watch_sees_a_connection() -> None:
    script = textwrap.dedent(WATCH) + "import socket\nsocket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 9


def test_prose_is_classified_without_network_download_or_spacy() -> None:
    out = run("""
        keep_unstructured_offline()
        from unstructured.partition.text import partition_text
        text = "Travel policy\\n\\nEmployees are paid back within thirty days.\\n\\n- item"
        for element in partition_text(text=text):
            print(element.category)
        print("spacy" in sys.modules)
    """)
    assert out.split() == ["Title", "NarrativeText", "ListItem", "False"]


def test_chunking_brings_neither_the_network_nor_spacy() -> None:
    out = run("""
        from ingest.chunk import chunks
        from ingest.model import Element, Kind
        elements = [Element(Kind.TEXT, "One two three."), Element(Kind.TEXT, "Four five six.")]
        print(len(list(chunks(elements, lambda texts: [len(text.split()) + 2 for text in texts], 100))))
        print("spacy" in sys.modules, "unstructured.chunking.title" in sys.modules)
    """)
    assert out.split() == ["1", "False", "True"]


def test_a_tokenizer_loaded_before_can_no_longer_download() -> None:
    out = run("""
        os.environ["DO_NOT_TRACK"] = "1"
        import unstructured.nlp.tokenize as tokenize
        keep_unstructured_offline()
        try:
            tokenize.sent_tokenize("One. Two.")
        except OfflineError as error:
            print(error)
    """)
    assert "never does that" in out


def test_sentences_words_and_verbs_are_told_apart() -> None:
    out = run("""
        from ingest.offline import pos_tag, sent_tokenize, word_tokenize
        print(sent_tokenize("One is 3.5. Two! 三。四；"))
        print(word_tokenize("It's 3.5, isn't it?"))
        print(pos_tag("Staff must be paid 12 EUR."))
    """)
    sentences, words, tags = out.splitlines()
    assert sentences == "['One is 3.5.', 'Two!', '三。', '四；']"
    assert words == """["It's", '3', '.', '5', ',', "isn't", 'it', '?']"""
    assert "('must', 'VB')" in tags
    assert "('paid', 'NN')" in tags
    assert "('12', 'CD')" in tags
