"""What patients share: Organization and Location of a facility, Practitioner and PractitionerRole, payers' Organizations."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import NPI, coded, identifier, phone, reference
from healthsynth.export.fhir.scope import location_id
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Choices, Json, Values
from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Payer
from healthsynth.people.specialties import ROLES, SPECIALTIES
from healthsynth.record.ids import stable

_FACILITY_ROLES = Choices({kind: coded(code) for kind, code in codes.FACILITY_ROLE.items()})
_ROLES = Choices({name: coded(code, name) for name, code in ROLES.items()})
_SPECIALTIES = Choices({name: coded(code, name) for name, code in SPECIALTIES.items()})


class Place(NamedTuple):
    """A facility, flat."""

    id: str
    location: str
    kind: str
    name: str
    npi: str
    line: str
    city: str
    st: str
    zip: str
    lat: float
    lon: float
    phone: str


class Provider(NamedTuple):
    """A clinician, flat."""

    id: str
    role: str
    npi: str
    prefix: str
    given: str
    family: str
    sex: str
    specialty: str
    facility: str
    location: str
    line: str
    city: str
    st: str
    zip: str
    phone: str


class Insurer(NamedTuple):
    id: str
    name: str


def place(facility: Facility) -> Place:
    f = facility
    return Place(
        f.id, location_id(f.id), f.kind, f.name, f.npi, f.line, f.city, f.st, f.zip, f.lat, f.lon, f.phone
    )  # fmt: skip


def provider(clinician: Clinician) -> Provider:
    c, f = clinician, clinician.facility
    return Provider(
        c.id, stable("role", c.id), c.npi, c.prefix, c.given, c.family, c.sex, c.specialty, f.id, location_id(f.id), f.line,
        f.city, f.st, f.zip, f.phone,
    )  # fmt: skip


def insurer(payer: Payer) -> Insurer:
    return Insurer(payer.id, payer.name)


def _address(e: Place | Provider, v: Values) -> Json:
    return {
        "use": "work",
        "line": [v.text(e.line)],
        "city": v.text(e.city),
        "state": v.text(e.st),
        "postalCode": v.text(e.zip),
        "country": "US",
    }


def organization(e: Place, v: Values, end: None, link: None) -> Json:
    address = _address(e, v)
    del address["use"]
    return {
        "resourceType": "Organization",
        "id": v.given_id(e.id),
        "meta": v.meta("Organization"),
        "identifier": [identifier(NPI, v.npi(e.npi))],
        "active": True,
        "type": [coded(codes.PROVIDER)],
        "name": v.text(e.name),
        "telecom": [phone(v.text(e.phone), "work")],
        "address": [address],
    }


def location(e: Place, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Location",
        "id": v.given_id(e.location),
        "meta": v.meta("Location"),
        "status": "active",
        "name": v.text(e.name),
        "mode": "instance",
        "type": [v.choice(_FACILITY_ROLES, e.kind)],
        "telecom": [phone(v.text(e.phone), "work")],
        "address": _address(e, v),
        "physicalType": coded(codes.BUILDING),
        "position": {"longitude": v.decimal(e.lon, 6), "latitude": v.decimal(e.lat, 6)},
        "managingOrganization": reference("Organization", v.given_id(e.id)),
    }


def practitioner(e: Provider, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Practitioner",
        "id": v.given_id(e.id),
        "meta": v.meta("Practitioner"),
        "identifier": [identifier(NPI, v.npi(e.npi))],
        "active": True,
        "name": [
            {"use": "official", "family": v.text(e.family), "given": [v.text(e.given)], "prefix": [v.text(e.prefix)]}
        ],
        "telecom": [phone(v.text(e.phone), "work")],
        "address": [_address(e, v)],
        "gender": v.choice(codes.GENDERS, e.sex),
    }


def practitioner_role(e: Provider, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "PractitionerRole",
        "id": v.given_id(e.role),
        "meta": v.meta("PractitionerRole"),
        "active": True,
        "practitioner": reference("Practitioner", v.given_id(e.id)),
        "organization": reference("Organization", v.given_id(e.facility)),
        "code": [v.choice(_ROLES, e.specialty)],
        "specialty": [v.choice(_SPECIALTIES, e.specialty)],
        "location": [reference("Location", v.given_id(e.location))],
        "telecom": [phone(v.text(e.phone), "work")],
    }


def payer_organization(e: Insurer, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Organization",
        "id": v.given_id(e.id),
        "meta": v.meta("Organization"),
        "active": True,
        "type": [coded(codes.PAYER)],
        "name": v.text(e.name),
    }


PLACE = Family(Place, (organization, location), dict.fromkeys(Place._fields, VARYING))
PROVIDER = Family(Provider, (practitioner, practitioner_role), dict.fromkeys(Provider._fields, VARYING))
INSURER = Family(Insurer, (payer_organization,), dict.fromkeys(Insurer._fields, VARYING))
