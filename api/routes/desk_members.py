"""The desk of a member's administrator: authorities, keys, officers, votes."""

from fastapi import APIRouter

from api.desks.at_work import DeskRoute

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
