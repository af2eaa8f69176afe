package io.rebalancer.agent.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import kamon.Kamon;
import kamon.metric.Gauge;

/** The files in the quarantine, and which of them have to go. The metrics {@code rebalancer.store.quarantine-…} count them. */
final class QuarantineIndex {
    private static final Comparator<Entry> OLDEST_FIRST =
            Comparator.comparing(Entry::time).thenComparing(Entry::name);

    private final QuarantineBounds bounds;
    private final NavigableMap<String, Entry> entries = new TreeMap<>();
    private final Map<RunFile, String> movedByRuns = new HashMap<>();
    private final TreeSet<Entry> byAge = new TreeSet<>(OLDEST_FIRST);
    private final Gauge fileGauge =
            Kamon.gauge("rebalancer.store.quarantine-files").withoutTags();
    private final Gauge byteGauge =
            Kamon.gauge("rebalancer.store.quarantine-bytes").withoutTags();
    private long bytes;
    private long boundedBytes;
    private int boundedFiles;

    /** Which bounds remove a file. */
    enum Expiry {
        /** The file is complete and has a sidecar. */
        BY_AGE_AND_SIZE,
        /** The file has no readable sidecar, as the files of earlier builds. */
        BY_AGE,
        /** A reconciliation run moved the file. Only an order of an operator's run removes it. */
        BY_PURGE,
        /** A failure interrupted the move of the file; the next start completes it. */
        NEVER
    }

    /**
     * A file in the quarantine.
     *
     * @param name id of the item, or the name of a file without a sidecar
     * @param movedBy the reconciliation run that moved it, if one did, and its object
     */
    record Entry(String name, Instant time, long bytes, Expiry expiry, Optional<RunFile> movedBy) {
        /** The same file with other bounds. */
        Entry with(Expiry other) {
            return new Entry(name, time, bytes, other, movedBy);
        }

        boolean isBounded() {
            return expiry == Expiry.BY_AGE_AND_SIZE;
        }
    }

    /** An object whose file a reconciliation run moved. */
    record RunFile(UUID runId, ObjectKey key) {}

    QuarantineIndex(QuarantineBounds bounds) {
        this.bounds = bounds;
    }

    synchronized void add(Entry entry) {
        entries.put(entry.name(), entry);
        byAge.add(entry);
        entry.movedBy().ifPresent(moved -> movedByRuns.put(moved, entry.name()));
        count(entry, 1);
    }

    /** Removes and returns a file, so that only the caller works with it. */
    synchronized Optional<Entry> take(String name) {
        Optional<Entry> entry = Optional.ofNullable(entries.remove(name));
        entry.ifPresent(each -> {
            byAge.remove(each);
            each.movedBy().ifPresent(moved -> movedByRuns.remove(moved, name));
            count(each, -1);
        });
        return entry;
    }

    /**
     * Takes the oldest files beyond the bounds. The newest file is removed only because of its age, so that each replaced
     * file can be looked at.
     */
    synchronized List<Entry> takeExpired(Instant now) {
        Instant oldest = now.minus(bounds.maxAge());
        List<Entry> expired = new ArrayList<>();
        for (Entry entry : byAge) {
            if (!entry.time().isBefore(oldest) && !isOverBounds()) {
                break;
            }
            if (isTooOld(entry, oldest) || (entry.isBounded() && isOverBounds() && !isNewest(entry))) {
                expired.add(entry);
                entries.remove(entry.name());
                count(entry, -1);
            }
        }
        byAge.removeAll(expired);
        return expired;
    }

    private static boolean isTooOld(Entry entry, Instant oldest) {
        return entry.expiry() != Expiry.NEVER
                && entry.expiry() != Expiry.BY_PURGE
                && entry.time().isBefore(oldest);
    }

    private boolean isOverBounds() {
        return boundedBytes > bounds.maxBytes() || boundedFiles > QuarantineBounds.MAX_FILES;
    }

    private boolean isNewest(Entry entry) {
        return byAge.tailSet(entry, false).stream().noneMatch(Entry::isBounded);
    }

    private void count(Entry entry, int sign) {
        bytes += sign * entry.bytes();
        if (entry.isBounded()) {
            boundedBytes += sign * entry.bytes();
            boundedFiles += sign;
        }
        fileGauge.update(entries.size());
        byteGauge.update(bytes);
    }

    /** The file of that name. */
    synchronized Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** Whether a file is in the quarantine because the run moved it. */
    synchronized boolean hasMoved(RunFile file) {
        return movedByRuns.containsKey(file);
    }

    /** The number of files that runs moved. */
    synchronized int filesOfRuns() {
        return movedByRuns.size();
    }

    /** The next names, ascending. */
    synchronized List<String> namesAfter(Optional<String> after, int limit) {
        NavigableMap<String, Entry> rest = after.isPresent() ? entries.tailMap(after.get(), false) : entries;
        return rest.keySet().stream().limit(limit).toList();
    }

    synchronized boolean contains(String name) {
        return entries.containsKey(name);
    }

    synchronized int files() {
        return entries.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
