"""The desks: pages behind a login on which officers of authorities and members work."""
