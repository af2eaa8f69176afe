package io.rebalancer.manager.plan;

import java.util.UUID;

/**
 * The objects that a plan has placed, as a set of 64-bit hashes: 16 bytes for each object, bounded. Two of a million objects have the
 * same hash with a chance of one in ten million. Thread-safe.
 */
final class PlannedObjects {
    private static final int INITIAL_SLOTS = 1 << 10;
    private static final long FREE = 0;

    private final int maxObjects;
    private long[] slots = new long[INITIAL_SLOTS];
    private int size;
    private boolean overflowed;

    /** @param maxObjects objects that are remembered; further ones are not */
    PlannedObjects(int maxObjects) {
        this.maxObjects = maxObjects;
    }

    /** Returns false if the object is remembered already. */
    synchronized boolean add(UUID objectId) {
        long hash = hash(objectId);
        int slot = slotOf(hash);
        if (slots[slot] == hash) {
            return false;
        }
        if (size == maxObjects) {
            overflowed = true;
            return true;
        }
        slots[slot] = hash;
        size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return true;
    }

    synchronized boolean contains(UUID objectId) {
        long hash = hash(objectId);
        return slots[slotOf(hash)] == hash;
    }

    /** Whether objects were not remembered. */
    synchronized boolean hasOverflowed() {
        return overflowed;
    }

    private void grow() {
        long[] before = slots;
        slots = new long[before.length * 2];
        for (long hash : before) {
            if (hash != FREE) {
                slots[slotOf(hash)] = hash;
            }
        }
    }

    /** The slot with this hash, or the free one where it belongs. */
    private int slotOf(long hash) {
        int slot = (int) hash & slots.length - 1;
        while (slots[slot] != FREE && slots[slot] != hash) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /** The finalizer of MurmurHash3, over both halves of the id. */
    private static long hash(UUID id) {
        long mixed = id.getMostSignificantBits() * 0x9E3779B97F4A7C15L ^ id.getLeastSignificantBits();
        mixed = (mixed ^ mixed >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        mixed ^= mixed >>> 33;
        return mixed == FREE ? 1 : mixed;
    }
}
