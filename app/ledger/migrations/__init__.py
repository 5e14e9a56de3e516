"""The history of the ledger's schema, run by `app.ledger.schema` at start-up."""
