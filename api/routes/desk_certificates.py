"""The page of one certificate, for officers of the members that it concerns."""

from fastapi import APIRouter

from api.desks.at_work import DeskRoute

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
