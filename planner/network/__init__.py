"""The referral network: who refers to whom, what the plan makes of it, and what fails with a hub.

`network` holds the facts, one file each measure; `analysis` runs them all, `sentences` says what matters.
"""
