"""`python -m tonnage.cli` is the console script `tonnage`."""

from tonnage.cli import main

main()
