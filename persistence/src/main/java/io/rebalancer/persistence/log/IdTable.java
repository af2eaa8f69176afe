package io.rebalancer.persistence.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The persistence ids of a log and their numbers. Each takes about a hundred bytes of memory. Only the writer's thread
 * changes the table; any thread may read it.
 */
final class IdTable {
    private final Map<String, Entry> byName = new ConcurrentHashMap<>();
    private final Map<Long, Entry> byNumber = new ConcurrentHashMap<>();
    private long lastNumber;

    /** One persistence id with its number and its positions. */
    static final class Entry {
        private final String name;
        private final long number;
        private long highestWritten;
        private volatile long highest;
        private volatile long deletedTo;

        private Entry(String name, long number) {
            this.name = name;
            this.number = number;
        }

        String name() {
            return name;
        }

        long number() {
            return number;
        }

        /** The highest sequence number that was given to the disk, durable or not; for the writer's thread only. */
        long highestWritten() {
            return highestWritten;
        }

        void raiseWritten(long sequenceNr) {
            highestWritten = Math.max(highestWritten, sequenceNr);
        }

        /** The highest durable sequence number, deleted or not; 0 for none. */
        long highest() {
            return highest;
        }

        long deletedTo() {
            return deletedTo;
        }
    }

    Optional<Entry> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** @throws LogException if no frame defined this number */
    Entry get(long number) {
        Entry entry = byNumber.get(number);
        if (entry == null) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    "the log refers to persistence id number " + number + ", which no frame defines");
        }
        return entry;
    }

    int size() {
        return byName.size();
    }

    /** Names of all ids that ever stored an event, sorted. */
    List<String> names() {
        return byName.values().stream()
                .filter(entry -> entry.highest > 0)
                .map(Entry::name)
                .sorted()
                .toList();
    }

    /** Gives the next number to a new name; for the writer's thread only. */
    Entry add(String name) {
        return define(name, lastNumber + 1);
    }

    /** Applies a definition from the log. A repeated definition has no effect. */
    Entry define(String name, long number) {
        Entry known = byNumber.get(number);
        if (known != null) {
            return known;
        }
        Entry entry = new Entry(name, number);
        byNumber.put(number, entry);
        byName.put(name, entry);
        lastNumber = Math.max(lastNumber, number);
        return entry;
    }

    /** Records that events up to this one are durable. */
    void raiseHighest(long number, long highest) {
        Entry entry = get(number);
        entry.highest = Math.max(entry.highest, highest);
    }

    /** Records that events up to this one are deleted. */
    void raiseDeleted(long number, long toSequenceNr) {
        Entry entry = get(number);
        entry.deletedTo = Math.max(entry.deletedTo, toSequenceNr);
    }

    /** Lets the writer continue after the recovered events: what is durable counts as written. */
    void startWritingAfterHighest() {
        byName.values().forEach(entry -> entry.raiseWritten(entry.highest));
    }
}
