"""The page on which anybody asks whether an operator is recognised."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
