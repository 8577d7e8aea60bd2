"""Conversations that are kept, and what is made of them."""
