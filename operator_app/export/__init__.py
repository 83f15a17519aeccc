"""Turning figures into files: XLSX, CSV, HTML."""
