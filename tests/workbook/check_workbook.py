#!/usr/bin/python3
"""Opens workbooks as a stranger would and checks what must hold for every one of them.

    check_workbook.py FILE.xlsx [--sheets A|B|C] [--has TEXT]... [--lacks TEXT]... [--number SHEET VALUE]... [--no-numbers SHEET]...

Readable by openpyxl; every part well-formed XML, with a content type, and every relation's target there; no formula in any cell; sheet names legal and unique, none hidden, the
first one active; no links to other files; no number that is not one; texts within Excel's lengths; only a title and a
date among the document's properties. On demand also: these sheets in this order, a cell with exactly this text, no cell that
contains that text, a cell of the sheet with this number, no number at all on a sheet. One line per fault; exit status 1 when
there is any.
"""
import argparse
import posixpath
import re
import sys
import warnings
import zipfile
from xml.etree import ElementTree

import openpyxl

CELL = 32767
ILLEGAL = re.compile(r"[\[\]:*?/\\]")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NAMES = ("_xlnm.Print_Area", "_xlnm.Print_Titles", "_xlnm._FilterDatabase")


def units(text):
    """Length as Excel counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def check_parts(package):
    """Every part is well-formed; none brings formulas, macros or other files."""
    for name in package.namelist():
        if name.endswith((".bin", ".vml")) or "externalLink" in name or "vbaProject" in name:
            yield f"{name}: has no place in a report"
        try:
            root = ElementTree.fromstring(package.read(name))
        except ElementTree.ParseError as error:
            yield f"{name}: not well-formed: {error}"
            continue
        if name.endswith(".rels"):
            for relation in root:
                if relation.get("TargetMode") == "External":
                    yield f"{name}: points outside: {relation.get('Target')}"
        if name.startswith("xl/worksheets/sheet"):
            yield from check_sheet_part(name, root)


def check_relations(package):
    """The package hangs together: nothing without a type, no type and no relation without its part."""
    parts = set(package.namelist())
    if len(parts) != len(package.namelist()):
        yield "a part is there twice"
    types = ElementTree.fromstring(package.read("[Content_Types].xml"))
    endings = {t.get("Extension").lower() for t in types if t.tag.endswith("}Default")}
    overrides = [t.get("PartName").lstrip("/") for t in types if t.tag.endswith("}Override")]
    for part in sorted(parts - set(overrides) - {"[Content_Types].xml"}):
        if part.rsplit(".", 1)[-1].lower() not in endings or not part.endswith(".rels"):
            yield f"{part}: has no content type of its own"
    for part in overrides:
        if part not in parts or overrides.count(part) > 1:
            yield f"[Content_Types].xml: {part} is not there, or named twice"
    reached = {"[Content_Types].xml"}
    for part in [p for p in parts if p.endswith(".rels")]:
        reached.add(part)
        folder, file = posixpath.split(part)
        base = posixpath.dirname(folder)
        if file != ".rels" and posixpath.join(base, file[:-len(".rels")]) not in parts:
            yield f"{part}: relations of nothing"
        seen = set()
        for relation in ElementTree.fromstring(package.read(part)):
            target = relation.get("Target")
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
            reached.add(target)
            if target not in parts:
                yield f"{part}: {target} is not there"
            if relation.get("Id") in seen:
                yield f"{part}: {relation.get('Id')} is there twice"
            seen.add(relation.get("Id"))
    for part in sorted(parts - reached):
        yield f"{part}: nothing refers to it"
    for name in ElementTree.fromstring(package.read("xl/workbook.xml")).iter(MAIN + "definedName"):
        if name.get("name") not in NAMES:
            yield f"xl/workbook.xml: a name of its own: {name.get('name')}"


def check_sheet_part(name, root):
    for tag in ("hyperlink", "oleObject", "control", "legacyDrawing", "webPublishItem", "sheetProtection"):
        if next(root.iter(MAIN + tag), None) is not None:
            yield f"{name}: holds a {tag}"
    for cell in root.iter(MAIN + "c"):
        where = f"{name}: {cell.get('r')}"
        if cell.find(MAIN + "f") is not None:
            yield f"{where}: holds a formula"
        value = cell.find(MAIN + "v")
        if value is None or cell.get("t") in ("s", "str", "inlineStr", "b"):
            continue
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value.text or ""):
            yield f"{where}: {value.text!r} is not a number"


def check_properties(package):
    core = ElementTree.fromstring(package.read("docProps/core.xml"))
    for element in core:
        tag = element.tag.rsplit("}", 1)[-1]
        if (element.text or "").strip() and tag not in ("title", "created", "modified"):
            yield f"docProps/core.xml: says {tag} = {element.text!r}"
    if "docProps/custom.xml" in package.namelist():
        yield "docProps/custom.xml: there are properties of its own"
    app = ElementTree.fromstring(package.read("docProps/app.xml"))
    for element in app:
        if element.tag.rsplit("}", 1)[-1] in ("Company", "Manager", "HyperlinkBase") and (element.text or "").strip():
            yield f"docProps/app.xml: says {element.text!r}"


def check_names(workbook):
    seen = set()
    for sheet in workbook.worksheets:
        name = sheet.title
        if not 1 <= units(name) <= 31 or ILLEGAL.search(name) or name[0] == "'" or name[-1] == "'":
            yield f"{name!r}: not a legal sheet name"
        if name.lower() in seen:
            yield f"{name!r}: there twice"
        seen.add(name.lower())
        if sheet.sheet_state != "visible":
            yield f"{name!r}: hidden"
        for letter, column in sheet.column_dimensions.items():
            if column.hidden:
                yield f"{name!r}: column {letter} is hidden"
        for number, row in sheet.row_dimensions.items():
            if row.hidden:
                yield f"{name!r}: row {number} is hidden"
    if workbook.active is not workbook.worksheets[0]:
        yield "the first sheet is not the active one"


def check_cells(workbook):
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                where = f"{sheet.title!r} {cell.coordinate}"
                if cell.data_type in ("f", "e"):
                    yield f"{where}: formula or error {cell.value!r}"
                if isinstance(cell.value, str):
                    if units(cell.value) > CELL:
                        yield f"{where}: longer than a cell may be"
                    if re.fullmatch(r"\s*[-+]?(nan|inf|infinity|null|none)\s*", cell.value, re.IGNORECASE):
                        yield f"{where}: {cell.value!r} is not for people"
                    if re.search(r"\{[a-z_]+\}|\$\{", cell.value):
                        yield f"{where}: a placeholder was left: {cell.value[:60]!r}"
                    if re.fullmatch(r"[a-z_]+\.[a-z0-9_.]+", cell.value):
                        yield f"{where}: looks like a missing text: {cell.value!r}"
        for merged in sheet.merged_cells.ranges:
            if merged.size["rows"] > 1:
                yield f"{sheet.title!r} {merged}: merged over rows, which cannot be sorted"


def check_wishes(workbook, wishes):
    names = [sheet.title for sheet in workbook.worksheets]
    if wishes.sheets and names != wishes.sheets.split("|"):
        yield f"the sheets are {names}"
    texts = [c.value for s in workbook.worksheets for r in s.iter_rows() for c in r if isinstance(c.value, str)]
    for text in wishes.has:
        if text not in texts:
            yield f"no cell says {text[:80]!r}"
    for text in wishes.lacks:
        if any(text in one for one in texts):
            yield f"a cell contains {text[:80]!r}"
    for sheet, value in wishes.number:
        numbers = numbers_of(workbook[sheet])
        if not any(abs(one - float(value)) < 1e-9 for one in numbers):
            yield f"{sheet!r}: no cell holds {value}"
    for sheet in wishes.no_numbers:
        numbers = numbers_of(workbook[sheet])
        if numbers:
            yield f"{sheet!r}: there are numbers: {numbers[:5]}"


def numbers_of(sheet):
    return [c.value for r in sheet.iter_rows() for c in r if isinstance(c.value, (int, float))]


def check(path, wishes):
    with zipfile.ZipFile(path) as package:
        broken = package.testzip()
        if broken:
            yield f"{broken}: damaged"
            return
        yield from check_parts(package)
        yield from check_relations(package)
        yield from check_properties(package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not know data bars of 2010
        workbook = openpyxl.load_workbook(path)
    yield from check_names(workbook)
    yield from check_cells(workbook)
    yield from check_wishes(workbook, wishes)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("files", nargs="+")
    words.add_argument("--sheets")
    for name in ("--has", "--lacks", "--no-numbers"):
        words.add_argument(name, action="append", default=[])
    words.add_argument("--number", action="append", nargs=2, default=[])
    wishes = words.parse_args()
    faults = 0
    for path in wishes.files:
        for fault in check(path, wishes):
            print(f"{path}: {fault}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
