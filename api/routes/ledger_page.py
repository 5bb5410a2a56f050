"""The page of the ledger: one search box, the latest events, activity and figures."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
