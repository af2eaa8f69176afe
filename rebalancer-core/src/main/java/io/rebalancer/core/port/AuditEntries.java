package io.rebalancer.core.port;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** The entries of the audit log, from the read side. Every manager serves it. It lags behind the log by a fraction of a second. */
public interface AuditEntries {
    /** The maximum number of entries of a page. */
    int MAX_PAGE = 1000;

    /**
     * An entry.
     *
     * @param number the place of the entry in the journal; in an intact log also its number
     * @param text the entry as one line
     */
    record Line(long number, String text) {}

    /** The entries with higher numbers, oldest first. */
    CompletionStage<List<Line>> after(long number, int limit);

    /** The entries with lower numbers, newest first. */
    CompletionStage<List<Line>> before(long number, int limit);

    /** The number of the last entry that the read side has, 0 for none. */
    CompletionStage<Long> lastNumber();
}
