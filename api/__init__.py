"""The HTTP door of the ledger: `api.app.create_app` builds it, `api.main` runs it from the environment."""
