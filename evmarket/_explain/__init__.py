"""Explanations of a change that add up, for arrays and panels."""
