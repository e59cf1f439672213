"""`python -m excolor`: the command line, which lives in `excolor.cli`."""

from excolor.cli import main

raise SystemExit(main())
