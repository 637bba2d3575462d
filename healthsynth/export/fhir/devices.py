"""Device and SupplyDelivery."""

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import coded, concept, primary, quantity, reference, subject
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import DeviceGiven, End, Supplied
from healthsynth.units import YEAR

_MADE_BEFORE, _GOOD_FOR = YEAR // 4, 5 * YEAR


def device(e: DeviceGiven, v: Values, end: End | None, link: None) -> Json:
    """Implants (vocabulary: `category: implant`) carry a UDI; US Core has a profile for them alone."""
    implant = e.concept.more.get("category") == "implant"
    return {
        "resourceType": "Device",
        "id": v.id(e.number),
        "meta": v.meta("Device:implant" if implant else "Device"),
        **(_udi(e, v) if implant else {}),
        "status": "inactive" if end else "active",
        "deviceName": [{"name": e.concept.text, "type": "user-friendly-name"}],
        "type": primary(e.concept),
        "patient": subject(v),
        "owner": reference("Organization", v.organization),
    }


def _udi(e: DeviceGiven, v: Values) -> Json:
    """A GS1 identifier with a company prefix that is none's (0000000) and the code's own digits."""
    item = _gtin(e.concept.primary.code)
    lot, serial = f"L{v.digits(e.number)}", f"S{v.digits(e.number)}"
    return {
        "udiCarrier": [{"deviceIdentifier": item, "carrierHRF": f"(01){item}(10){lot}(21){serial}"}],
        "distinctIdentifier": item,
        "manufactureDate": v.instant(e.time + -_MADE_BEFORE),
        "expirationDate": v.instant(e.time + (_GOOD_FOR - _MADE_BEFORE)),
        "lotNumber": lot,
        "serialNumber": serial,
    }


def _gtin(code: str) -> str:
    """14 digits with a valid check digit (GS1 General Specifications 7.9)."""
    digits = f"{int(code) % 1_000_000:013d}"
    total = sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(digits))
    return digits + str(-total % 10)


def supply_delivery(e: Supplied, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "SupplyDelivery",
        "id": v.id(e.number),
        "status": "completed",
        "patient": subject(v),
        "type": coded(codes.SUPPLIED_DEVICE),
        "suppliedItem": {
            "quantity": quantity(v.integer(e.quantity), "{count}"),
            "itemCodeableConcept": concept(e.concept),
        },
        "occurrenceDateTime": v.instant(e.time),
        "supplier": reference("Organization", v.organization),
    }


_ALL = {"number": VARYING, "visit": VARYING, "time": VARYING, "origin": VARYING}
DEVICE = Family(DeviceGiven, (device,), _ALL)
SUPPLY = Family(Supplied, (supply_delivery,), {**_ALL, "quantity": VARYING})
