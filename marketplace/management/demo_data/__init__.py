"""The demo's made-up people and their past, built by calling the services as the site's own pages do."""
