"""All public pages in one router."""

from fastapi import APIRouter

from services.intake.web import form_routes, leaving, offline_routes, static_routes, tracking_routes

router = APIRouter(include_in_schema=False)
router.include_router(static_routes.router)
router.include_router(leaving.router)
router.include_router(form_routes.router)
router.include_router(offline_routes.router)
router.include_router(tracking_routes.router)
