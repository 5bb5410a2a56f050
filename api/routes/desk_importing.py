"""The desk of an importing officer: incoming certificates, decisions, checks, deadlines."""

from fastapi import APIRouter

from api.desks.at_work import DeskRoute

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
