"""The portal in Debian's Chromium, as people use it."""
