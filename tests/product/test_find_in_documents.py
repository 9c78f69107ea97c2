"""Documents of a folder, found and proved: DOCX and PDF made here, read by the real readers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netnew.bootstrap import open_app
from netnew.cli.main import app as command_line
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import MatchCondition
from netnew.domain.run import RunSpec
from netnew.settings import Settings

pytestmark = pytest.mark.anyio

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def write_docx(path: Path, lines: list[str]) -> None:
    """The smallest Word file with these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCUMENT}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    }
    with zipfile.ZipFile(path, "w") as package:
        for name, text in parts.items():
            package.writestr(name, f'<?xml version="1.0"?>{text}')


def write_pdf(path: Path, lines: list[str]) -> None:
    """The smallest PDF with these lines."""
    shown = " 0 -40 Td ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 24 Tf 72 700 Td {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    text, offsets = "%PDF-1.4\n", []
    for number, part in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{part}\nendobj\n"
    rows = "".join(f"{at:010d} 00000 n \n" for at in offsets)
    trailer = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF"
    path.write_bytes(f"{text}xref\n0 6\n0000000000 65535 f \n{rows}{trailer}".encode("latin-1"))


async def test_documents_of_a_folder_are_found_and_proved(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    write_docx(folder / "acme.docx", ["Acme Kettles", "Country: France", "Founded: 1999"])
    write_pdf(folder / "pan.pdf", ["Pan Works", "Country: Spain", "Founded: 1988"])
    (folder / "cup.md").write_text("# Cup House\n\nCountry: France\n", encoding="utf-8")
    async with open_app(Settings.load(home=tmp_path / "home")) as app:
        await app.corpora.add("mine", [folder])
        spec = RunSpec(
            "makers in France",
            "maker",
            (MatchCondition("country", "It is located in France."),),
            sources=("corpus:mine",),
            judge="rules",
        )
        run = await app.service.work((await app.service.create_run(spec)).id)
        rows = (await app.service.queries.result(run.id)).candidates
    proofs = {
        c.name: c.verdicts[0].citations[0].excerpt for c in rows if c.status is MatchStatus.MATCHED
    }
    assert proofs == {"Acme Kettles": "Country: France", "Cup House": "Country: France"}


def test_an_export_of_a_folder_corpus_excludes_what_it_lists(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("Acme Kettles", "Cup House", "Pan Works"):
        (folder / f"{name}.md").write_text(f"# {name}\n\nCountry: France\n", encoding="utf-8")
    runner, environment = CliRunner(), {"NETNEW_HOME": str(tmp_path / "home")}

    def find(*options: str) -> list[str]:
        question = ("makers in France", "--where", "country: It is located in France.")
        where = ("--source", f"corpus:{folder}", "--judge", "rules", "--json", "--quiet")
        done = runner.invoke(command_line, ["find", *question, *where, *options], env=environment)
        assert done.exit_code == 0, done.stderr
        return [x["url"] for x in json.loads(done.stdout)["candidates"]]

    exports = [tmp_path / f"found.{x}" for x in ("csv", "json", "jsonl")]
    found = find(*(x for path in exports for x in ("-o", str(path))))
    assert len(found) == 3
    assert all(x.startswith("file://") for x in found)
    by_hand = tmp_path / "list.txt"
    by_hand.write_text("\n".join(found), encoding="utf-8")
    for path in (*exports, by_hand):
        assert find("--all", "--exclude", str(path)) == [], path.name
