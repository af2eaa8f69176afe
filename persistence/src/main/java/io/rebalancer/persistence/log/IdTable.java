package io.rebalancer.persistence.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The persistence ids of a log and their numbers; about a hundred bytes for each. Changed by the writer's thread alone;
 * any thread may read.
 */
final class IdTable {
    private final Map<String, Entry> byName = new ConcurrentHashMap<>();
    private final Map<Long, Entry> byNumber = new ConcurrentHashMap<>();
    private long lastNumber;

    /** What is known of one persistence id. */
    static final class Entry {
        private final String name;
        private final long number;
        private long written;
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

        /** The highest sequence number that was handed to the disk; for the writer's thread only. */
        long written() {
            return written;
        }

        void written(long sequenceNr) {
            written = Math.max(written, sequenceNr);
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

    /** @throws LogException if the log never said what that number stands for */
    Entry get(long number) {
        Entry entry = byNumber.get(number);
        if (entry == null) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    "the log speaks of persistence id number " + number + ", which it never defined");
        }
        return entry;
    }

    int size() {
        return byName.size();
    }

    /** Names of all ids that have something stored. */
    List<String> names() {
        return byName.values().stream()
                .filter(entry -> entry.highest > 0)
                .map(Entry::name)
                .sorted()
                .toList();
    }

    /** A number for a name that has none; for the writer's thread only. */
    Entry add(String name) {
        return define(name, lastNumber + 1);
    }

    /** What a frame says; saying it again changes nothing. */
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

    /** Events up to this one are durable. */
    void raise(long number, long highest) {
        Entry entry = get(number);
        entry.highest = Math.max(entry.highest, highest);
    }

    /** Events up to this one are deleted. */
    void delete(long number, long toSequenceNr) {
        Entry entry = get(number);
        entry.deletedTo = Math.max(entry.deletedTo, toSequenceNr);
    }

    /** Takes what is durable for what is written, when a log was read. */
    void opened() {
        byName.values().forEach(entry -> entry.written(entry.highest));
    }
}
