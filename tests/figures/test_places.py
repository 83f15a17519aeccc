"""Every place that a call may name has a name in the reports."""

from __future__ import annotations

from operator_app import i18n
from operator_app.config import paths
from operator_app.domain.call_figures import district, oblast
from operator_app.domain.reference import Reference
from operator_app.export.report_words import ReportWords
from operator_app.services.reference import load_report_lines


def test_rayons_cities_and_oblasts_are_named(reference: Reference) -> None:
    i18n.use_language("en", paths().resources)
    words = ReportWords(reference, load_report_lines(paths().resources))
    for level in (1, 2):
        for division in reference.divisions(level):
            assert words.code(("district", district(division.code))) == division.label("en")
            around = reference.division(reference.ancestor(division.code, 1))
            assert around is not None
            assert words.code(("oblast", oblast(division.code))) == around.label("en")
