package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.text.StableWord;

/**
 * A record that stays on the leaving node; the same in the list of exceptions and in the event stream.
 *
 * @param kind {@code skipped} or {@code failed}
 * @param reason the cause as a stable word, such as {@code no_destination}
 * @param retryClass {@code transient}, {@code pressure} or {@code permanent}
 * @param detail the cause as readable text: what happened, where, what to do
 */
record ExceptionView(int shard, String key, String kind, String reason, String retryClass, String detail) {

    static ExceptionView of(UnmovedRecord unmoved) {
        return of(unmoved.record().shard(), unmoved.record().key(), unmoved.kind(), unmoved.reason(), unmoved.detail());
    }

    static ExceptionView of(ExceptionLine line) {
        return of(line.shard(), line.key(), line.kind(), line.reason(), line.detail());
    }

    private static ExceptionView of(int shard, String key, UnmovedRecord.Kind kind, Reason reason, String detail) {
        return new ExceptionView(
                shard, key, StableWord.of(kind), StableWord.of(reason), StableWord.of(reason.retryClass()), detail);
    }
}
