"""Diseases, findings, tests, treatments and cases as data: typed, validated, each number with its source."""
