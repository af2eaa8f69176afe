package io.rebalancer.agent.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import kamon.Kamon;
import kamon.metric.Gauge;

/** The files in the quarantine, and which of them have to go. The metrics {@code rebalancer.store.quarantine-…} count them. */
final class QuarantineIndex {
    private static final Comparator<Entry> OLDEST_FIRST =
            Comparator.comparing(Entry::time).thenComparing(Entry::name);

    private final QuarantineBounds bounds;
    private final Map<String, Entry> entries = new HashMap<>();
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
        /** A failure interrupted the move of the file; the next start completes it. */
        NEVER
    }

    /**
     * A file in the quarantine.
     *
     * @param name id of the item, or the name of a file without a sidecar
     */
    record Entry(String name, Instant time, long bytes, Expiry expiry) {
        boolean isBounded() {
            return expiry == Expiry.BY_AGE_AND_SIZE;
        }
    }

    QuarantineIndex(QuarantineBounds bounds) {
        this.bounds = bounds;
    }

    synchronized void add(Entry entry) {
        entries.put(entry.name(), entry);
        byAge.add(entry);
        count(entry, 1);
    }

    /** Removes and returns a file, so that only the caller works with it. */
    synchronized Optional<Entry> take(String name) {
        Optional<Entry> entry = Optional.ofNullable(entries.remove(name));
        entry.ifPresent(each -> {
            byAge.remove(each);
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
        return entry.expiry() != Expiry.NEVER && entry.time().isBefore(oldest);
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
