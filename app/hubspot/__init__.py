"""The gateway to HubSpot: the `Crm` port over hubspot-api-client, its set-up and its checks."""
