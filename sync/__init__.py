"""The nightly look at every open deal: `python -m sync`, the same as `dealgate sync`.

- `sweep`: mark everything, then drain; or only tell what would change
- `drain`: portions and patience
- `report`: what it came to
- `show`: progress and figures for a terminal, a log or a program
- `cli`: the verb
"""
