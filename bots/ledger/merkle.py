"""The Merkle tree of a log, as RFC 6962 section 2.1 defines it, grown one leaf at a time.

Only the roots of the complete subtrees are kept (a compact range), so that a leaf costs
O(log n) and a log of any length fits in a few hundred bytes.
"""

from __future__ import annotations

from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962: SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree: `size` leaves and the roots of its complete subtrees, left to right."""

    __slots__ = ("_roots", "size")

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, entry: bytes) -> None:
        """Add one entry as the next leaf."""
        node = sha256(b"\x00" + entry).digest()
        # Each trailing one bit of the old size is a complete subtree that now has a sibling.
        size = self.size
        while size & 1:
            node = sha256(b"\x01" + self._roots.pop() + node).digest()
            size >>= 1
        self._roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves; SHA-256 of nothing for an empty tree."""
        if not self._roots:
            return sha256(b"").digest()
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> Tree:
        """The same tree, to grow another way."""
        twin = Tree()
        twin.size, twin._roots = self.size, list(self._roots)
        return twin
