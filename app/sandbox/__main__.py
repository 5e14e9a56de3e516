"""`python -m app.sandbox` is `dealgate sandbox`."""

import sys

from .start import main

sys.exit(main())
