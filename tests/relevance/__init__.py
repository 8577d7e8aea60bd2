"""Fits what makes a score of a passage's evidence, and tells how well the score knows what is not there."""
