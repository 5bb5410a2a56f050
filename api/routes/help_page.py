"""What verdicts and refusals mean, and what to do."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
