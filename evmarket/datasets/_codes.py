"""The codes that facts use: the entity of a figure, and what it counts.

All shipped datasets share these codes, so two facts can be compared by code.
"""

from __future__ import annotations

ENTITIES: dict[str, str] = {
    "aion": "GAC Aion",
    "aion-hk": "GAC Aion in Hong Kong",
    "aion-overseas": "GAC Aion abroad",
    "byd": "BYD",
    "byd-china": "BYD in China",
    "byd-geely-saic": "BYD, Geely and SAIC",
    "byd-overseas": "BYD abroad",
    "china-auto": "China's car industry",
    "china-nev": "China's new-energy vehicles",
    "china-pv": "China's passenger cars",
    "downstream-industry": "China's downstream industry",
    "gac": "GAC Group",
    "gac-own": "GAC's own brands",
    "gac-own-overseas": "GAC's own brands abroad",
    "guangzhou": "Guangzhou",
    "guangzhou-auto": "Guangzhou's car industry",
    "guangzhou-industry": "Guangzhou's industry",
    "hong-kong": "Hong Kong",
    "pony-ai": "Pony.ai",
    "trumpchi": "GAC Trumpchi",
    "weride-middle-east": "WeRide in the Middle East",
    "xpeng": "XPeng",
    "xpeng-charging": "XPeng's charging network",
    "xpeng-europe": "XPeng in Europe",
    "xpeng-hk": "XPeng in Hong Kong",
    "xpeng-huangpu": "XPeng's centre in Huangpu",
    "xpeng-overseas": "XPeng abroad",
    "xpeng-shanghai": "XPeng in Shanghai",
    "xpeng-shenzhen": "XPeng in Shenzhen",
}

SCOPES: dict[str, str] = {
    "": "not stated",
    "caam": "association's sales of all new-energy vehicles, exports included",
    "customs": "exports cleared by customs",
    "group": "consolidated accounts of a listed group",
    "gz-above-scale": "Guangzhou's industrial firms above designated size",
    "hk-first-private": "first registrations of private cars in Hong Kong",
    "maker": "the maker's own count",
    "nbs-auto": "car manufacturing of the nation, as the statistics bureau counts it",
    "nbs-downstream": "downstream industrial firms of the nation",
    "retail-pv": "retail sales of passenger cars, without exports",
    "site": "one site of a maker",
}

FACT_COLUMNS: tuple[str, ...] = (
    "id",
    "entity",
    "parent",
    "breakdown",
    "measure",
    "dimension",
    "period",
    "kind",
    "mode",
    "parts",
    "value",
    "unit",
    "text",
    "growth_text",
    "growth_base",
    "growth_basis",
    "relation",
    "scope",
    "source",
    "vintage",
    "said_by",
    "paragraph",
)
