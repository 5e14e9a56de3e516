"""Dealgate: judges a HubSpot portal's deals by the team's qualification policy and says why."""
