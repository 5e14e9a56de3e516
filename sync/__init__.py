"""The nightly look at every open deal: `python -m sync`, the same as `dealgate sync`.

- `sweep`: one look at the whole portal, or only tell what would change
- `course`: window after window, with checkpoints; `stream`: windows judged ahead of their writing;
  `writing`: held, written, recorded; `leftovers`: what others were at; `lease`: one at a time;
  `guard`: the day's calls
- `making`: a sweep of the living service
- `report`: what it came to
- `show`: progress and figures for a terminal, a log or a program
- `cli`: the verb
"""
