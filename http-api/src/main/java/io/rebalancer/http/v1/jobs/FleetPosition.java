package io.rebalancer.http.v1.jobs;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How far a client has come in the event stream of the fleet; the text is the event id, such as {@code 1c.12-3f.1b-0}: in base
 * 36, the revision of the registry of jobs, then each job that has not ended with the revision that the client has of it.
 * A job is named by the number of the registry's event that created it. All managers read these numbers from the journal,
 * so each of them can continue the stream.
 *
 * @param registry the number of events of the registry that the client has
 * @param revisions by the number of each job; 0 if the client has no event of the job
 */
public record FleetPosition(long registry, SortedMap<Long, Long> revisions) {
    private static final int RADIX = 36;
    private static final Pattern TEXT = Pattern.compile("[0-9a-z]{1,11}(\\.[0-9a-z]{1,11}-[0-9a-z]{1,11})*");

    public FleetPosition {
        revisions = new TreeMap<>(revisions);
    }

    /** Reads an event id; empty if it is none. */
    static Optional<FleetPosition> parse(String text) {
        String id = text.strip();
        if (!TEXT.matcher(id).matches()) {
            return Optional.empty();
        }
        String[] parts = id.split("\\.", -1);
        SortedMap<Long, Long> revisions = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            int hyphen = parts[i].indexOf('-');
            revisions.put(number(parts[i].substring(0, hyphen)), number(parts[i].substring(hyphen + 1)));
        }
        return Optional.of(new FleetPosition(number(parts[0]), revisions));
    }

    /** Eleven digits fit into a long. */
    private static long number(String text) {
        return Long.parseLong(text, RADIX);
    }

    @Override
    public String toString() {
        String jobs = revisions.entrySet().stream().map(FleetPosition::text).collect(Collectors.joining());
        return Long.toString(registry, RADIX) + jobs;
    }

    private static String text(Map.Entry<Long, Long> job) {
        return "." + Long.toString(job.getKey(), RADIX) + "-" + Long.toString(job.getValue(), RADIX);
    }
}
