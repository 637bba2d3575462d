"""Units: is this a UCUM code, and how does it convert?

A parser of the whole UCUM grammar (case sensitive codes) over the atoms listed here. Amounts of substance and arbitrary units count
as dimensions of their own, so that mmol/L and mg/dL do not convert into each other. This material contains content from UCUM
(http://unitsofmeasure.org), copyright Regenstrief Institute, Inc., under the license at https://ucum.org/license.
"""

from functools import lru_cache
from typing import NamedTuple

Dimension = tuple[tuple[str, int], ...]


class Unit(NamedTuple):
    """A unit: its size in base units, and their powers, sorted. Temperatures on scales are dimensions of their own."""

    size: float
    dimension: Dimension


_PREFIXES = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1, "d": 1e-1,
    "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18, "z": 1e-21, "y": 1e-24,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40,
}  # fmt: skip

# Atoms that take prefixes: size and base units. What follows '=' is a code of UCUM made of atoms before it.
_METRIC = """
m=1 s=1 g=1 rad=1 K=1 C=1 cd=1 mol=1 eq=1 osm=1 U=1 kat=1 [iU]=1 [IU]=1 sr=rad2 Hz=s-1 N=kg.m/s2 Pa=N/m2 J=N.m W=J/s A=C/s V=J/C F=C/V
Ohm=V/A S=Ohm-1 Wb=V.s Cel=1 T=Wb/m2 H=Wb/A lm=cd.sr lx=lm/m2 Bq=s-1 Gy=J/kg Sv=J/kg l=dm3 L=l ar=1 t=Mg bar=100000.Pa u=1 eV=1 pc=1
[c]=1 [h]=1 [k]=1 [eps_0]=1 [mu_0]=1 [e]=1 [m_e]=1 [m_p]=1 [G]=1 [g]=1 [ly]=1 gf=1 Ky=1 Gal=cm/s2 dyn=1 erg=1 P=1 Bi=1 St=1 Mx=1 G=1 Oe=1
Gb=1 sb=1 Lmb=1 ph=1 Ci=1 R=1 RAD=1 REM=1 cal_[15]=1 cal_[20]=1 cal_m=1 cal_IT=1 cal_th=1 cal=1 tex=1 m[H2O]=1 m[Hg]=1 [PRU]=0
[anti'Xa'U]=0 g%=g/dL [S]=0 Np=1 B=1 B[SPL]=1 B[V]=1 B[mV]=1 B[uV]=1 B[10.nV]=1 B[W]=1 B[kW]=1 st=1 atm=101325.Pa mho=1 bit=1 By=1 Bd=1 [degRe]=0
[hp'_X]=0
""".replace("m[Hg]=1", "m[Hg]=133322.Pa")
# Atoms that stand alone. 0: only known to exist, a dimension of its own, like 1.
_PLAIN = """
10*=10 10^=10 [pi]=1 %=0.01 [ppth]=0.001 [ppm]=0.000001 [ppb]=0.000000001 [pptr]=0.000000000001 gon=1 deg=1 '=1 ''=1 min=60.s h=60.min
d=24.h wk=7.d a_t=1 a_j=365.25.d a_g=1 a=365.25.d mo_s=1 mo_j=30.4375.d mo_g=1 mo=30.4375.d AU=1 [lbf_av]=1 [in_i]=2.54.cm [ft_i]=12.[in_i]
[yd_i]=3.[ft_i] [mi_i]=1 [fth_i]=1 [nmi_i]=1 [kn_i]=1 [sin_i]=1 [sft_i]=1 [syd_i]=1 [cin_i]=1 [cft_i]=1 [cyd_i]=1 [bf_i]=1 [cr_i]=1
[mil_i]=1 [cml_i]=1 [hd_i]=1 [ft_us]=1 [yd_us]=1 [in_us]=1 [rd_us]=1 [ch_us]=1 [lk_us]=1 [rch_us]=1 [rlk_us]=1 [fth_us]=1 [fur_us]=1
[mi_us]=1 [acr_us]=1 [srd_us]=1 [smi_us]=1 [sct]=1 [twp]=1 [mil_us]=1 [in_br]=1 [ft_br]=1 [rd_br]=1 [ch_br]=1 [lk_br]=1 [fth_br]=1
[pc_br]=1 [yd_br]=1 [mi_br]=1 [nmi_br]=1 [kn_br]=1 [acr_br]=1 [gal_us]=1 [bbl_us]=1 [qt_us]=1 [pt_us]=1 [gil_us]=1
[foz_us]=29.5735.mL [fdr_us]=1 [min_us]=1 [crd_us]=1 [bu_us]=1 [gal_wi]=1 [pk_us]=1 [dqt_us]=1 [dpt_us]=1 [tbs_us]=14.7868.mL
[tsp_us]=4.92892.mL [cup_us]=236.588.mL [foz_m]=30.mL [cup_m]=240.mL [tsp_m]=5.mL [tbs_m]=15.mL [gal_br]=1 [pk_br]=1 [bu_br]=1 [qt_br]=1
[pt_br]=1 [gil_br]=1 [foz_br]=1 [fdr_br]=1 [min_br]=1 [gr]=64.79891.mg [lb_av]=453.59237.g [oz_av]=28.349523125.g [dr_av]=1 [scwt_av]=1
[lcwt_av]=1 [ston_av]=1 [lton_av]=1 [stone_av]=14.[lb_av] [pwt_tr]=1 [oz_tr]=1 [lb_tr]=1 [sc_ap]=1 [dr_ap]=1 [oz_ap]=1 [lb_ap]=1 [oz_m]=28.g
[lne]=1 [pnt]=1 [pca]=1 [pnt_pr]=1 [pca_pr]=1 [pied]=1 [pouce]=1 [ligne]=1 [didot]=1 [cicero]=1 [degF]=1 [degR]=1 [Cal]=1 [Btu_39]=1
[Btu_59]=1 [Btu_60]=1 [Btu_m]=1 [Btu_IT]=1 [Btu_th]=1 [Btu]=1 [HP]=1 [den]=1 [in_i'H2O]=1 [in_i'Hg]=25.4.mm[Hg] [wood'U]=0 [diop]=0
[p'diop]=0 %[slope]=0 [mesh_i]=0 [Ch]=0 [drp]=0 [hnsf'U]=0 [MET]=0 [hp'_C]=0 [hp'_M]=0 [hp'_Q]=0 [hp_X]=0 [hp_C]=0 [hp_M]=0
[hp_Q]=0 [kp_X]=0 [kp_C]=0 [kp_M]=0 [kp_Q]=0 [pH]=0 [HPF]=0 [LPF]=0 [arb'U]=0 [USP'U]=0 [GPL'U]=0 [MPL'U]=0 [APL'U]=0 [beth'U]=0 [todd'U]=0
[dye'U]=0 [smgy'U]=0 [bdsk'U]=0 [ka'U]=0 [knk'U]=0 [mclg'U]=0 [tb'U]=0 [CCID_50]=0 [TCID_50]=0 [EID_50]=0 [PFU]=0 [FFU]=0 [CFU]=0 [IR]=0
[BAU]=0 [AU]=0 [Amb'a'1'U]=0 [PNU]=0 [Lf]=0 [D'ag'U]=0 [FEU]=0 [ELU]=0 [EU]=0 [EIA'U]=0 [GPL]=0 [MPL]=0 [APL]=0 bit_s=0 Ao=1 b=1 att=1
[psi]=6894.757.Pa circ=1 sph=1 [car_m]=200.mg [car_Au]=1 [smoot]=1 [m/s2/Hz^0.5]=0 [NTU]=0 [FNU]=0
"""
# One and the same: arbitrary unit and its other spelling.
_SAME = {"[IU]": "[iU]"}


class _BadUnitError(ValueError):
    """Not a code of UCUM."""


def _atoms(text: str) -> dict[str, str]:
    parts = (part.rpartition("=") for part in text.split())
    return {symbol: meaning for symbol, _, meaning in parts}


_METRIC_ATOMS, _PLAIN_ATOMS = _atoms(_METRIC), _atoms(_PLAIN)


@lru_cache(maxsize=4096)
def unit(code: str) -> Unit | None:
    """The unit of a UCUM code; None if it is not one. Annotations in braces are left aside."""
    if not code or len(code) > 200 or not code.isascii() or any(c.isspace() for c in code):
        return None
    try:
        found, rest = _term(code, 0)
    except (_BadUnitError, RecursionError, OverflowError, ZeroDivisionError):
        return None
    return found if rest == len(code) else None


def factor(given: str, wanted: str) -> float | None:
    """What to multiply a value in one unit with for another; None where they do not convert."""
    one, other = unit(given), unit(wanted)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return one.size / other.size


def _join(one: Unit, other: Unit, power: int) -> Unit:
    powers = dict(one.dimension)
    for name, exponent in other.dimension:
        powers[name] = powers.get(name, 0) + power * exponent
    return Unit(one.size * other.size**power, tuple(sorted((name, e) for name, e in powers.items() if e)))


_ONE = Unit(1.0, ())


def _term(code: str, at: int) -> tuple[Unit, int]:
    """A product of components, up to the end or a closing parenthesis."""
    made, power = _ONE, 1
    if code[at : at + 1] == "/":
        power, at = -1, at + 1
    while True:
        found, at = _component(code, at)
        made = _join(made, found, power)
        if at == len(code) or code[at] == ")":
            return made, at
        if code[at] not in "./":
            raise _BadUnitError(code)
        power, at = (1 if code[at] == "." else -1), at + 1


def _component(code: str, at: int) -> tuple[Unit, int]:
    if code[at : at + 1] == "(":
        found, at = _term(code, at + 1)
        if code[at : at + 1] != ")":
            raise _BadUnitError(code)
        return found, _behind_annotation(code, at + 1)
    end = _symbol_end(code, at)
    symbol, found = code[at:end], _ONE
    if symbol:
        found = _simple(symbol)
    elif code[end : end + 1] != "{":
        raise _BadUnitError(code)
    return found, _behind_annotation(code, end)


def _behind_annotation(code: str, at: int) -> int:
    if code[at : at + 1] != "{":
        return at
    close = code.find("}", at)
    if close < 0:
        raise _BadUnitError(code)
    return close + 1


def _symbol_end(code: str, at: int) -> int:
    """Where a symbol with its exponent ends; brackets may hold any character."""
    inside = False
    while at < len(code):
        character = code[at]
        if character == "[":
            inside = True
        elif character == "]":
            inside = False
        elif not inside and character in "./(){}":
            break
        at += 1
    return at


def _simple(symbol: str) -> Unit:
    if symbol.isdigit():
        return Unit(float(symbol), ())
    stem = symbol.rstrip("0123456789")
    exponent = symbol[len(stem) :]
    sign = 1
    if exponent and stem[-1:] in "+-":
        sign, stem = (1 if stem[-1] == "+" else -1), stem[:-1]
    found = _atom(stem)
    return _join(_ONE, found, sign * int(exponent)) if exponent else found


@lru_cache(maxsize=1024)
def _atom(symbol: str) -> Unit:
    """An atom, or a metric atom behind a prefix."""
    if symbol in _PLAIN_ATOMS:
        return _defined(symbol, _PLAIN_ATOMS[symbol])
    if symbol in _METRIC_ATOMS:
        return _defined(symbol, _METRIC_ATOMS[symbol])
    for size in (2, 1):
        prefix, stem = symbol[:size], symbol[size:]
        if prefix in _PREFIXES and stem in _METRIC_ATOMS:
            found = _defined(stem, _METRIC_ATOMS[stem])
            return Unit(found.size * _PREFIXES[prefix], found.dimension)
    raise _BadUnitError(symbol)


def _defined(symbol: str, meaning: str) -> Unit:
    if meaning in ("0", "1"):
        return Unit(1.0, ((_SAME.get(symbol, symbol), 1),))
    try:
        return Unit(float(meaning), ())  # a pure number
    except ValueError:
        pass
    number, _, rest = meaning.rpartition(".") if meaning[0].isdigit() else ("", "", meaning)
    made = _term(rest, 0)[0] if rest else _ONE
    return Unit(float(number or 1) * made.size, made.dimension)
