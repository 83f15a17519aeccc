"""`python -m ministry_server`."""

from ministry_server.cli import main

raise SystemExit(main())
