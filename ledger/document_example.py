"""One realistic certificate document, shown in the OpenAPI schema; a test keeps it free of findings."""

from typing import Any, Final

EXAMPLE: Final[dict[str, Any]] = {
    "scheme": "ATIGA-D",
    "reference": "VN-TH 26/02/00006",
    "issuingOffice": "02",
    "exportingMember": "VN",
    "importingMember": "TH",
    "issuedOn": "2026-11-02",
    "validUntil": "2027-11-01",
    "exporter": {
        "name": "Công ty TNHH Cà Phê Tây Nguyên Xanh",
        "address": "12 Nguyễn Tất Thành, Buôn Ma Thuột, Đắk Lắk",
        "country": "VN",
    },
    "consignee": {
        "name": "บริษัท กาแฟสยามดี จำกัด",
        "address": "88 ถนนพระราม 4 แขวงคลองเตย กรุงเทพมหานคร 10110",
        "country": "TH",
    },
    "transport": {
        "departureDate": "2026-11-04",
        "conveyance": "MV SAIGON STAR V.118N",
        "portOfLoading": "VNSGN",
        "portOfDischarge": "THLCH",
    },
    "items": {
        "1": {
            "marks": "TNX / BANGKOK / 1-320",
            "packages": {"count": "320", "kind": "BG"},
            "description": "Coffee beans, robusta, not roasted, not decaffeinated, crop 2026",
            "hsCode": "09011130",
            "hsEdition": "AHTN2022",
            "manufacturer": "Công ty TNHH Cà Phê Tây Nguyên Xanh",
            "criterion": "WO",
            "quantity": {"value": "19200", "unit": "KGM"},
            "grossWeight": {"value": "19392.50", "unit": "KGM"},
            "originCountry": "VN",
            "invoices": {"1": {"number": "TNX-2026-1107", "date": "2026-10-28"}},
        },
    },
    "endorsements": {
        "thirdCountryInvoicing": False,
        "exhibition": False,
        "accumulation": False,
        "deMinimis": False,
        "backToBack": False,
        "issuedRetroactively": False,
        "partialCumulation": False,
    },
    "declaration": {
        "countryOfProduction": "VN",
        "importingCountry": "TH",
        "place": "Buôn Ma Thuột",
        "date": "2026-11-01",
        "signatory": "Nguyễn Thị Lan Anh",
    },
    "certification": {"place": "Thành phố Hồ Chí Minh", "date": "2026-11-02", "officer": "Trần Quốc Bảo"},
}
