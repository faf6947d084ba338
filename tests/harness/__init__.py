"""What the tests stand on: private PostgreSQL and Redis servers, a network of our own, and the order of `make test`."""
