"""Acts of officers in words."""

from fastapi.routing import APIRoute

from api.desks.act_words import in_words
from tests.api.desk import Desk


def test_whatever_an_officer_opens_is_told_in_words(desk: Desk) -> None:
    """Each page of one named thing has words for the administrator who looks through the acts."""
    opened = [
        route.name
        for route in desk.app.state.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and route.path.startswith("/desk/")
        and route.param_convertors
    ]
    assert len(opened) > 15
    assert [name for name in opened if in_words(f"read {name}") is None] == []
    assert in_words("own_member") is None  # a page that was refused is told by its code
