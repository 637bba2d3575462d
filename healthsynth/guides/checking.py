"""One resource against base R4, the profiles it declares and those of its kind."""

from healthsynth.guides.base import Walk, some
from healthsynth.guides.conform import Conform
from healthsynth.guides.expected import expected_profiles, vital_sign_profiles
from healthsynth.guides.findings import ERROR, WARNING, Finding, Json, items, section
from healthsynth.guides.nodes import Profile, extension, profile
from healthsynth.guides.shapes import shape
from healthsynth.guides.tables import NONE, US_CORE, known

_MOST = 100  # findings of one resource; a resource with more is broken anyway


def check(resource: Json, guide: str, warnings: bool = False) -> list[Finding]:
    """What is wrong with a resource: base R4, then the profiles it declares and those of its kind.

    Args:
        resource: as parsed from JSON; a Bundle's and contained resources are checked with it.
        guide: "6.1.0", "7.0.0" or "none" (base R4 only).
        warnings: also what is allowed but doubtful, such as other codes than an extensible binding lists.
    Returns:
        The findings in the order of the resource, at most 100; none if it is valid.
    Raises:
        UsageError: there are no rules for the guide.
    """
    known(guide)
    return _check(resource, guide, warnings, True)


def envelope(bundle: Json) -> list[Finding]:
    """What is wrong with a Bundle itself; the resources in its entries are not looked at."""
    return _check(bundle, NONE, False, False)


def _check(resource: Json, guide: str, warnings: bool, inside: bool) -> list[Finding]:
    walk = Walk(resource, guide, inside)
    walk.resource(resource, "")
    found = walk.found
    for each, path, where in walk.extensions:
        _extension(each, path, where, guide, found, resource, warnings)
    for each, path in walk.profiled:
        _profiles(each, path or str(each.get("resourceType")), guide, found, warnings)
    # Two profiles often say the same: the label at the end of the message is all that differs.
    kept: dict[tuple[str, str], Finding] = {}
    for finding in found:
        if warnings or finding.severity == ERROR:
            kept.setdefault((finding.path, finding.code), finding)
    return list(kept.values())[:_MOST]


def _profiles(resource: Json, path: str, guide: str, found: list[Finding], warnings: bool) -> None:
    declared = [str(url).partition("|")[0] for url in items(section(resource.get("meta")).get("profile"))]
    kind = resource.get("resourceType")
    urls = [*declared, *expected_profiles(resource, guide)]
    if kind == "Observation":
        urls += vital_sign_profiles(resource)
    for url in dict.fromkeys(urls):
        given = profile(guide, url)
        if given is None:
            if url.startswith(US_CORE) and guide != NONE:
                found.append(
                    Finding(f"{path}.meta.profile", "profile", f"US Core {guide} has no profile {url}", WARNING)
                )
        elif given.type != kind:
            found.append(
                Finding(f"{path}.meta.profile", "profile", f"{given.name} is a profile of {given.type}", ERROR)
            )
        else:
            Conform(resource, found, warnings).profile(resource, given, path)


def _extension(
    value: Json, path: str, where: str, guide: str, found: list[Finding], root: Json, warnings: bool
) -> None:
    url = value.get("url")
    if not isinstance(url, str):
        return
    if ":" not in url:
        # Only an extension inside another has a short name, which its parent's definition gives.
        if ".extension[" not in path.rpartition(".")[0]:
            found.append(Finding(f"{path}.url", "extension", f"'{url}' is not an absolute URL"))
        return
    given = extension(guide, url)
    if given is None:
        if url.startswith(US_CORE) and guide != NONE:
            found.append(Finding(path, "extension", f"US Core {guide} has no extension {url}"))
        return
    if not _may_stand(given, where):
        found.append(Finding(path, "extension", f"{given.name} may not stand here, only on {some(given.on)}"))
    Conform(root, found, warnings).profile(value, given, path)


def _may_stand(given: Profile, where: str) -> bool:
    """`where` is the path of the extension element: "Patient.extension", "Patient.contact.extension"."""
    owner = where.rpartition(".")[0]
    on = given.on
    if not on or owner in on or "Element" in on or not owner:
        return True
    top = "." not in owner and bool({"Resource", "DomainResource"} & on)
    # The walk does not know the datatype of an inner element: only a resource's own extensions are judged.
    return top or owner[:1].islower() or not _is_resource(owner)


def _is_resource(owner: str) -> bool:
    known_shape = shape(owner)
    return known_shape is not None and known_shape.kind == "resource"
