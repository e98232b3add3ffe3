"""Run `python -m canopy` as `canopy`."""

import sys

from canopy.cli import main

sys.exit(main())
