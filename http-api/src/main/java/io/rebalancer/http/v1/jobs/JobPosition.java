package io.rebalancer.http.v1.jobs;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a client has come in the event stream of a job; the text is the event id. {@code 57} is after all events of
 * revision 57. {@code 57.2} is after the first two exceptions of revision 57, which has more of them.
 *
 * @param exceptions exceptions of {@code revision} that the client has; 0 if it has all events of {@code revision}
 */
record JobPosition(long revision, int exceptions) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(?:\\.(\\d{1,9}))?");

    static JobPosition after(long revision) {
        return new JobPosition(revision, 0);
    }

    /** Reads an event id; empty if it is none. */
    static Optional<JobPosition> parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int exceptions = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return Optional.of(new JobPosition(Long.parseLong(matcher.group(1)), exceptions));
    }

    /** The last revision of which the client has every event. */
    OptionalLong completeRevision() {
        return OptionalLong.of(exceptions == 0 ? revision : Math.max(0, revision - 1));
    }

    /** How many exceptions of a revision the client has already, if it has not all of its events. */
    int exceptionsOf(long update) {
        return update == revision ? exceptions : 0;
    }

    @Override
    public String toString() {
        return exceptions == 0 ? Long.toString(revision) : revision + "." + exceptions;
    }
}
