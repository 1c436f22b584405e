"""A province of tiny alliances that share a cardiologist's half-days and money, and its joint model in one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from support.tiny import tiny_instance, with_need, with_option, with_record

from models.coupled_piece import Piece
from models.instance import Institution
from models.matrix import Matrix
from models.province import County, Pool, Province

TRIPS = {"S1": 40.0, "S2": 60.0, "S3": 50.0}
#: What the three alliances have more or less to do than the tiny one.
BUSY = {"west": 1.0, "middle": 1.3, "east": 0.8}


def tiny_province(half_days: float, yuan: float | None, counties: int = 3, centres: bool = False) -> Province:
    """Alliances like the tiny one, of different need, without centres unless asked for; one pool in cardiology (K2)."""
    made = [_county(name, busy, centres) for name, busy in list(BUSY.items())[:counties]]
    return Province(tuple(made), {"K2": Pool("K2", "K2", (half_days,))}, yuan)


def _county(name: str, busy: float, centres: bool) -> County:
    instance = tiny_instance()
    for site, kind in (("S1", "K1"), ("S1", "K2"), ("S2", "K1"), ("S3", "K1"), ("S3", "K2")):
        need = instance.needs[site, kind]
        sent = {h: v * busy for h, v in need.referred.items()}
        instance = with_need(
            instance, site, kind, need=need.need * busy, own=need.own * busy, referred=sent, left=need.left * busy,
            unmet=need.unmet * busy,
        )  # fmt: skip
    province = Institution("P", "Provincial Hospital", 3, "", False, staff=2000)
    instance = replace(instance, institutions={**instance.institutions, "P": province})
    instance = with_option(instance, "sessions", max_minutes=90.0)
    instance = with_record(instance, "doctors", "D3", free=(6.0,))
    if not centres:
        instance = replace(instance, services={}, volumes={}, levels=(), usage={}, members={}, host_groups={})
    instance = replace(instance, budget=replace(instance.budget, covers=("postings", "sessions", "travel")))
    return County(name, instance, "P", TRIPS, {i: m / 2 for i, m in TRIPS.items()})


def joint(pieces: Sequence[Piece], available: np.ndarray) -> tuple[Matrix, np.ndarray, float]:
    """All pieces in one model, with the rows that they share."""
    A = sp.block_diag([one.matrix.A for one in pieces], format="csr")
    rows = A.shape[0]
    shared = sp.hstack([one.uses for one in pieces], format="csr")
    room = available - np.sum([one.used for one in pieces], axis=0)
    matrix = Matrix(
        A=sp.csc_matrix(sp.vstack([A, shared], format="csc")),
        lower=np.concatenate([one.matrix.lower for one in pieces]),
        upper=np.concatenate([one.matrix.upper for one in pieces]),
        row_lower=np.concatenate([*(one.matrix.row_lower for one in pieces), np.full(len(room), -np.inf)]),
        row_upper=np.concatenate([*(one.matrix.row_upper for one in pieces), room]),
        integer=np.concatenate([one.matrix.integer for one in pieces]),
        row_rules=np.full(rows + len(room), "row"),
        row_subjects=[""] * (rows + len(room)),
    )
    return matrix, np.concatenate([one.cost for one in pieces]), sum(one.constant for one in pieces)
