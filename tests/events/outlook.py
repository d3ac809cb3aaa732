"""Outlook files (.msg) made by hand: as much of the compound file format as a letter needs, written from nothing."""

from __future__ import annotations

import datetime as dt
import struct
from typing import Any

FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR, SMALL, CUTOFF = 512, 64, 4096
STRING, BINARY, INTEGER, TIME = 0x001F, 0x0102, 0x0003, 0x0040

Tree = dict[str, Any]  # a name to bytes (a stream) or to another tree (a storage)


def properties(header: bytes, values: dict[int, Any]) -> Tree:
    """The streams of one object: the table of its properties, and a stream for each long value."""
    table, streams = header, {}
    for number, value in values.items():
        if isinstance(value, dt.datetime):
            ticks = int((value - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)).total_seconds()) * 10_000_000
            table += struct.pack("<HHIQ", TIME, number, 6, ticks)
        elif isinstance(value, int):
            table += struct.pack("<HHIIxxxx", INTEGER, number, 6, value)
        else:
            kind = STRING if isinstance(value, str) else BINARY
            data = value.encode("utf-16-le") if isinstance(value, str) else value
            table += struct.pack("<HHIIxxxx", kind, number, 6, len(data) + (2 if kind == STRING else 0))
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
    return {"__properties_version1.0": table, **streams}


def outlook_letter(
    *, subject: str, text: str, sender: tuple[str, str], to: list[tuple[str, str]], sent_at: dt.datetime | None = None,
    headers: str = "", attachments: dict[str, bytes] | None = None,
) -> bytes:  # fmt: skip
    """A letter as Outlook saves it."""
    files = attachments or {}
    values: dict[int, Any] = {0x001A: "IPM.Note", 0x0037: subject, 0x1000: text, 0x0C1A: sender[0], 0x5D01: sender[1]}
    if headers:
        values[0x007D] = headers
    if sent_at is not None:
        values[0x0039] = sent_at
    root = properties(struct.pack("<8x4I8x", len(to), len(files), len(to), len(files)), values)
    for number, (name, address) in enumerate(to):
        root[f"__recip_version1.0_#{number:08X}"] = properties(bytes(8), {0x3001: name, 0x39FE: address})
    for number, (name, data) in enumerate(files.items()):
        root[f"__attach_version1.0_#{number:08X}"] = properties(
            bytes(8), {0x3705: 1, 0x3707: name, 0x3701: data, 0x370E: "application/octet-stream"}
        )
    return compound_file(root)


def compound_file(tree: Tree) -> bytes:
    entries: list[dict[str, Any]] = [{"name": "Root Entry", "kind": 5, "data": None, "child": NONE, "next": NONE}]

    def add(children: Tree) -> int:
        """Entries of one storage, as a tree that has grown to one side only. Gives the first."""
        first = before = NONE
        for name, value in children.items():
            number = len(entries)
            stream = isinstance(value, bytes)
            entries.append({"name": name, "kind": 2 if stream else 1, "data": value if stream else None,
                            "child": NONE, "next": NONE})  # fmt: skip
            if before == NONE:
                first = number
            else:
                entries[before]["next"] = number
            before = number
            if not stream:
                entries[number]["child"] = add(value)
        return first

    entries[0]["child"] = add(tree)
    mini, mini_fat = b"", []
    for entry in entries:
        data = entry["data"]
        if data is not None and 0 < len(data) < CUTOFF:
            entry["start"], count = len(mini) // SMALL, -(-len(data) // SMALL)
            mini += data.ljust(count * SMALL, b"\0")
            mini_fat += [*range(entry["start"] + 1, entry["start"] + count), END]
    chains: list[bytes] = [b"directory", struct.pack(f"<{len(mini_fat)}I", *mini_fat), mini]
    chains += [entry["data"] for entry in entries if entry["data"] is not None and len(entry["data"]) >= CUTOFF]
    chains[0] = bytes(128 * -(-len(entries) // 4) * 4)

    body = sum(-(-len(chain) // SECTOR) for chain in chains)
    fat_count = 1
    while fat_count * (SECTOR // 4) < body + fat_count:
        fat_count += 1
    fat = [FAT_SECTOR] * fat_count
    starts = []
    for chain in chains:
        count = -(-len(chain) // SECTOR)
        starts.append(len(fat) if count else END)
        fat += [*range(len(fat) + 1, len(fat) + count), END] if count else []
    fat += [FREE] * (fat_count * (SECTOR // 4) - len(fat))

    big = iter(starts[3:])
    entries[0]["start"], entries[0]["size"] = starts[2], len(mini)
    for entry in entries[1:]:
        data = entry["data"]
        entry["size"] = len(data or b"")
        if data is not None and len(data) >= CUTOFF:
            entry["start"] = next(big)
    directory = b"".join(
        entry["name"].encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", len(entry["name"]) * 2 + 2, entry["kind"], 1, NONE, entry["next"], entry["child"])
        + bytes(36)
        + struct.pack("<IQ", entry.get("start", 0 if entry["kind"] == 1 else END), entry["size"])
        for entry in entries
    )
    chains[0] = directory.ljust(len(chains[0]), b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, fat_count, starts[0], 0, CUTOFF,
                          starts[1], -(-len(chains[1]) // SECTOR), END, 0)  # fmt: skip
    header += struct.pack("<109I", *range(fat_count), *[FREE] * (109 - fat_count))
    sectors = b"".join(chain.ljust(-(-len(chain) // SECTOR) * SECTOR, b"\0") for chain in chains)
    return header + struct.pack(f"<{len(fat)}I", *fat) + sectors
