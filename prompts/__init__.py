"""Prompt templates in Markdown, one per purpose and language (`purpose.language.md`). No logic."""
