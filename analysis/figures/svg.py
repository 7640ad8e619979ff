"""A figure's SVG made fit for a page: text alternatives in it, no style, names that are its own."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
REFERENCE = re.compile(r"url\(#([^)]+)\)")
# DejaVu Sans is what was measured; Verdana is as wide.
FONTS = "DejaVu Sans, Verdana, sans-serif"


def described(svg: str, name: str, title: str, alt: str) -> str:
    """The picture with <title> and <desc>, ready to stand among a page's HTML.

    A page's content security policy refuses style in the markup, so that every declaration becomes
    the attribute of the same name. Names inside begin with the figure's, because several figures
    stand on one page, and are numbered: matplotlib makes them of coordinates whose last digits
    differ from run to run. What nothing refers to loses its name.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)  # noqa: S314 - matplotlib wrote it
    _without(root, f"{{{SVG}}}metadata", f"{{{SVG}}}style")
    referred = dict.fromkeys(name for element in root.iter() for name in _references(element))
    names = {old: f"{name}-{number}" for number, old in enumerate(referred, start=1)}
    for element in root.iter():
        _attributes_for_style(element)
        _rename(element, names)
        _tight(element)
    # What matplotlib says of all elements in its style sheet.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "font-family": FONTS}
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    for at, (tag, text) in enumerate((("title", title), ("desc", alt))):
        element = Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(at, element)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _without(root: Element, *tags: str) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in tags:
                parent.remove(child)


def _references(element: Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        yield from REFERENCE.findall(value)
        if key == HREF:
            yield value.removeprefix("#")


def _attributes_for_style(element: Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        key, _, value = declaration.partition(":")
        if value and key.strip() != "font-family":
            element.set(key.strip(), value.strip())


def _rename(element: Element, names: dict[str, str]) -> None:
    own = element.attrib.pop("id", None)
    if own in names:
        element.set("id", names[own])
    for key, value in element.attrib.items():
        new = REFERENCE.sub(lambda found: f"url(#{names[found[1]]})", value)
        element.set(key, f"#{names[value[1:]]}" if key == HREF else new)


def _tight(element: Element) -> None:
    """Without the white space between elements, and in the data of paths."""
    if element.text and not element.text.strip():
        element.text = None
    element.tail = None
    if "d" in element.attrib:
        element.set("d", " ".join(element.attrib["d"].split()))
