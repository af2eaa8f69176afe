package io.rebalancer.core.port;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** The entries of the audit log, from the read side. Every manager serves it. It lags behind the log by a fraction of a second. */
public interface AuditEntries {
    /** The maximum number of entries of a page. */
    int MAX_PAGE = 1000;

    /** The texts of the entries with higher numbers, oldest first. */
    CompletionStage<List<String>> after(long number, int limit);

    /** The texts of the entries with lower numbers, newest first. */
    CompletionStage<List<String>> before(long number, int limit);

    /** The number of the last entry that the read side has, 0 for none. */
    CompletionStage<Long> lastNumber();
}
