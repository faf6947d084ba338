"""What keeps money from those who took over an account, and from those who pay themselves: freezes, sightings, second factors."""
