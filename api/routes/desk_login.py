"""Logging in and out, and the front page of the desks."""

from fastapi import APIRouter

from api.desks.at_work import DeskRoute

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
