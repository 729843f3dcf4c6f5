"""`python -m squeezesam` is the command `squeezesam`."""

from .cli import main

raise SystemExit(main())
