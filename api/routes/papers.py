"""Certificates as PDF."""

from fastapi import APIRouter

from api.strict import StrictRoute

router = APIRouter(prefix="/v1/certificates", tags=["certificates"], route_class=StrictRoute)
