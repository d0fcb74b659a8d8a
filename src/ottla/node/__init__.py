"""Assembly from configuration: broker, controller, or both; storage format."""
