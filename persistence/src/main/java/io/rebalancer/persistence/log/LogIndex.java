package io.rebalancer.persistence.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the frames of each persistence id are, in memory; the log itself can always rebuild it. Sixteen bytes for a
 * frame and about a hundred for an id. For one thread at a time.
 */
final class LogIndex {
    private final Map<String, Entry> byName = new HashMap<>();
    private final Map<Long, Entry> byNumber = new HashMap<>();
    private final Map<String, Long> cursors = new HashMap<>();
    private long lastNumber;

    /** What is known of one persistence id. */
    static final class Entry {
        private final String name;
        private final long number;
        private long highest;
        private long deletedTo;
        private long[] firstSequenceNrs = new long[4];
        private long[] places = new long[4];
        private int frames;

        Entry(String name, long number) {
            this.name = name;
            this.number = number;
        }

        String name() {
            return name;
        }

        long number() {
            return number;
        }

        long highest() {
            return highest;
        }

        long deletedTo() {
            return deletedTo;
        }

        private void add(long firstSequenceNr, long place) {
            if (frames == places.length) {
                firstSequenceNrs = Arrays.copyOf(firstSequenceNrs, frames * 2);
                places = Arrays.copyOf(places, frames * 2);
            }
            firstSequenceNrs[frames] = firstSequenceNr;
            places[frames++] = place;
        }

        /** Places of the frames that hold {@code from} and what follows it up to {@code to}, in order. */
        long[] places(long from, long to) {
            int first = Arrays.binarySearch(firstSequenceNrs, 0, frames, from);
            int begin = first >= 0 ? first : Math.max(0, -first - 2);
            int end = begin;
            while (end < frames && firstSequenceNrs[end] <= to) {
                end++;
            }
            return Arrays.copyOfRange(places, begin, end);
        }

        private void forgetBefore(long place) {
            int gone = 0;
            while (gone < frames && places[gone] < place) {
                gone++;
            }
            firstSequenceNrs = Arrays.copyOfRange(firstSequenceNrs, gone, Math.max(gone + 4, frames));
            places = Arrays.copyOfRange(places, gone, Math.max(gone + 4, frames));
            frames -= gone;
        }
    }

    /** One number for a segment and a position in it, ordered as the log is. */
    static long place(long segment, long position) {
        return segment << 32 | position;
    }

    static long segmentOf(long place) {
        return place >>> 32;
    }

    static long positionOf(long place) {
        return place & 0xFFFF_FFFFL;
    }

    Optional<Entry> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<Entry> find(long number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    List<Entry> all() {
        return new ArrayList<>(byName.values());
    }

    int size() {
        return byName.size();
    }

    long nextNumber() {
        return lastNumber + 1;
    }

    Map<String, Long> cursors() {
        return Map.copyOf(cursors);
    }

    void defined(String name, long number) {
        if (!byNumber.containsKey(number)) {
            Entry entry = new Entry(name, number);
            byName.put(name, entry);
            byNumber.put(number, entry);
            lastNumber = Math.max(lastNumber, number);
        }
    }

    void stored(long number, long firstSequenceNr, int events, long place) {
        entry(number).add(firstSequenceNr, place);
        raised(number, firstSequenceNr + events - 1);
    }

    void raised(long number, long highest) {
        Entry entry = entry(number);
        entry.highest = Math.max(entry.highest, highest);
    }

    void deleted(long number, long toSequenceNr) {
        Entry entry = entry(number);
        entry.deletedTo = Math.max(entry.deletedTo, toSequenceNr);
    }

    void cursor(String name, long offset) {
        cursors.merge(name, offset, Math::max);
    }

    void cursorRemoved(String name) {
        cursors.remove(name);
    }

    /** A segment is gone; what its frames said of ids stays. */
    void forgetBefore(long place) {
        byName.values().forEach(entry -> entry.forgetBefore(place));
    }

    private Entry entry(long number) {
        Entry entry = byNumber.get(number);
        if (entry == null) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    "the log speaks of persistence id number " + number + ", which it never defined");
        }
        return entry;
    }
}
