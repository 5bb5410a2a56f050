import pytest

from ledger.lists.complaints import ColumnsMissing, ListUnreadable, MapInvalid
from ledger.lists.fields import FIELDS, NEEDED
from ledger.lists.mapping import ListMap, bound, map_in
from ledger.operators import OperatorRole

MAP = """
[list]
header = 3
sheet = "AEO"
dates = "D/M/YYYY"
calendar = "buddhist"
empty = ["-", "N/A"]
ignored = ["No."]
speaks_of = ["importer", "EXP"]
[columns]
code = "AEO Code"
national_id = "AEO Code"
name = "Company name"
[constants]
programme = "AEO"
level = 1
[values.status]
"Active" = "certified"
"""


def test_a_map_says_where_each_field_is_and_what_cells_mean() -> None:
    """All of a map is taken up, and what it leaves out stays as it is."""
    found = map_in(MAP.encode())
    assert found == ListMap(
        columns={"code": "AEO Code", "national_id": "AEO Code", "name": "Company name"},
        constants={"programme": "AEO", "level": 1},
        values={"status": {"active": "certified"}},
        header=3,
        sheet="AEO",
        dates="D/M/YYYY",
        buddhist=True,
        empty=frozenset({"-", "n/a"}),
        ignored=frozenset({"no."}),
        speaks_of=OperatorRole.IMP | OperatorRole.EXP,
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[columns", "text"),
        ("[column]\ncode='a'", "column"),
        ("columns=3", "columns"),
        ("[columns]\ncodes='a'", "columns.codes"),
        ("[columns]\ncode=''", "columns.code"),
        ("[columns]\ncode='a'\n[constants]\ncode='b'", "constants.code"),
        ("[constants]\nlevel=1.5", "constants.level"),
        ("[constants]\nlevel=true", "constants.level"),
        ("[values.name]\na='b'", "values.name"),
        ("[values.status]\na=1", "values.status"),
        ("[list]\nheader=0", "list.header"),
        ("[list]\nsheet=1", "list.sheet"),
        ("[list]\ndates='D/M/YY'", "list.dates"),
        ("[list]\ncalendar='lunar'", "list.calendar"),
        ("[list]\nempty='-'", "list.empty"),
        ("[list]\nspeaks_of=['baker']", "list.speaks_of"),
        ("[list]\ntitle='x'", "list.title"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused_with_its_entry(text: str, key: str) -> None:
    """A slip in a map is told, and never read as something else."""
    with pytest.raises(MapInvalid) as refused:
        map_in(text.encode())
    assert refused.value.key == key


def test_columns_are_found_whatever_their_capitals_and_spaces() -> None:
    """A title is the same title when the ministry writes it otherwise the next month."""
    columns = bound(ListMap(), (*(f" {name.upper()} " for name in NEEDED), "Remarks"))
    assert columns.places == {name: place for place, name in enumerate(NEEDED)}
    assert columns.unknown == ("Remarks",)


def test_a_column_that_is_needed_and_not_there_is_named() -> None:
    """The person learns which columns were looked for, all at once."""
    titles = tuple(name for name in FIELDS if name not in {"until", "consent"})
    with pytest.raises(
        ColumnsMissing, match=r"no column for until \(Valid to\), consent \(consent\)"
    ) as refused:
        bound(ListMap(columns={**ListMap().columns, "until": "Valid to"}), titles)
    assert refused.value.fields == ("until", "consent")


def test_a_title_that_is_there_twice_is_refused_only_where_it_matters() -> None:
    """Which of two columns is meant nobody can guess; of columns that are not taken it does not matter."""
    assert bound(ListMap(), (*NEEDED, "Remarks", "Remarks")).unknown == ("Remarks", "Remarks")
    with pytest.raises(ListUnreadable, match="twice"):
        bound(ListMap(), (*NEEDED, "Name"))


def test_columns_that_the_map_ignores_are_not_told() -> None:
    """Only what a person has not thought of is worth a word."""
    columns = bound(ListMap(ignored=frozenset({"no."})), (*NEEDED, "No.", ""))
    assert columns.unknown == ()


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 8000, "{a=" * 4000])
def test_a_map_that_its_parser_chokes_on_is_refused_as_no_map(value: str) -> None:
    """A number of too many digits and nesting without end are refused as any other text that is not TOML."""
    with pytest.raises(MapInvalid) as refused:
        map_in(f"[constants]\nlevel = {value}".encode())
    assert refused.value.key == "text"
