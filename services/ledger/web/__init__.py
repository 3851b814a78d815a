"""The desk: pages for those who work on cases. They add no rule: acts are commands of the API."""
