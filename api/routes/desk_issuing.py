"""The desk of an issuing officer: drafts, issuing, bulk files, what came back."""

from fastapi import APIRouter

from api.desks.at_work import DeskRoute

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
