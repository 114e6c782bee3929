"""Exports of annotation and evaluation tools: one file for each tool, which turns its records into ratings."""
